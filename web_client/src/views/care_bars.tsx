import { offers, putAway, wanted } from "../care.ts";
import type { CareOffer, CareWanted } from "../generated/protocol.ts";
import { go, route } from "../router.ts";
import { hold, topicOf } from "../store.ts";
import { t } from "../words.ts";
import { toBox } from "./acts.tsx";
import { sheet } from "./ui.ts";
import { useUntil } from "./until.ts";

/** Somebody thinks of one, or would like one's company: in a line, wherever one is, until it is over. */
export function CareBars() {
  const offer = offers.value[0];
  return (
    <>
      {offer && <OfferBar key={offer.offer} offer={offer} />}
      {wanted.value.map((wish) => (
        <WantedBar key={wish.participant} wish={wish} />
      ))}
    </>
  );
}

function OfferBar({ offer }: { offer: CareOffer }) {
  if (!useUntil(offer.until)) return null;
  return (
    <div class="bar" role="status">
      <p>{t("offerBar")}</p>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "offer", offer })}>
        {t("open")}
      </button>
    </div>
  );
}

function WantedBar({ wish }: { wish: CareWanted }) {
  const runs = useUntil(wish.until);
  const here = route.value.at === "circle" && route.value.circle === wish.circle;
  const state = hold(wish.circle).state.value;
  const name = state.participants.get(wish.participant);
  const gone = state.phase === "outside" || (state.phase === "inside" && name === undefined);
  if (!runs || gone) return null;
  return (
    <div class="bar" role="status">
      <div>
        <p>
          {here && name !== undefined
            ? t("wantedBar", { name })
            : t("wantedSomewhere", { topic: topicOf(wish.circle) ?? t("wantedCircle") })}
        </p>
        <p class="small">{t("wantedHint")}</p>
      </div>
      <div class="row-of">
        {here ? (
          <button type="button" class="link" onClick={() => toBox(() => undefined)}>
            {t("wantedWrite")}
          </button>
        ) : (
          <button type="button" class="link" onClick={() => go({ at: "circle", circle: wish.circle })}>
            {t("wantedGo")}
          </button>
        )}
        <button type="button" class="link" onClick={() => putAway(wish)}>
          {t("wantedNot")}
        </button>
      </div>
    </div>
  );
}
