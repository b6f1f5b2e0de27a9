import { offerName } from "../place.ts";
import { t } from "../words.ts";
import { guestName, writeGuestName } from "./coming.ts";
import { Said } from "./fields.tsx";
import { Mark } from "./mark.tsx";

/** A name to come in with: offered, changed by hand, or drawn anew. The mark beside it is drawn with it. */
export function Naming(props: { said: string | undefined }) {
  const name = guestName();
  return (
    <div class="field">
      <label htmlFor="name">{t("nameLabel")}</label>
      <div class="naming">
        <span class="mark-box">
          <Mark id={name} />
        </span>
        <input
          id="name"
          class="input"
          type="text"
          dir="auto"
          value={name}
          maxLength={40}
          autoComplete="off"
          spellcheck={false}
          aria-invalid={props.said ? true : undefined}
          aria-describedby={props.said ? "name-said" : undefined}
          onInput={(event) => writeGuestName(event.currentTarget.value)}
        />
        <button
          type="button"
          class="button"
          aria-label={t("anotherName")}
          onClick={async () => {
            const answer = await offerName();
            if (answer.ok) writeGuestName(answer.value);
          }}
        >
          {t("another")}
        </button>
      </div>
      <Said id="name-said" text={props.said} />
    </div>
  );
}
