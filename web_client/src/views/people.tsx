import * as actions from "../actions.ts";
import type { CircleState } from "../state.ts";
import { t } from "../words.ts";
import { Mark } from "./mark.tsx";
import type { Sitting } from "./seat.tsx";

/** Everyone who is in the circle, oneself first, those with it on their screen before the others. */
export function sittings(state: CircleState): Sitting[] {
  const all = [...state.participants.keys()].filter((id) => !state.aside.has(id));
  const rank = (id: string): number => (id === state.me ? 0 : state.here.has(id) ? 1 : 2);
  return all
    .sort((a, b) => rank(a) - rank(b))
    .map((id) => ({ id, mine: id === state.me, here: id === state.me || state.here.has(id) }));
}

/** Who is here, by the names they carry in this circle. Nobody sees this from outside it. */
export function People({ state }: { state: CircleState }) {
  const aside = [...state.aside].filter((id) => state.participants.has(id));
  const all = sittings(state);
  const away = all.filter(({ here }) => !here);
  return (
    <>
      <Names state={state} of={all.filter(({ here }) => here)} />
      {away.length > 0 && (
        <>
          <h3>{t("awayNow")}</h3>
          <Names state={state} of={away} />
        </>
      )}
      {aside.length > 0 && (
        <>
          <h3>{t("setAsideSome")}</h3>
          <ul class="people">
            {aside.map((id) => (
              <li key={id}>
                <span class="who">
                  <bdi>{state.participants.get(id)}</bdi>
                </span>
                <button type="button" class="link" onClick={() => void actions.setAside(state.id, id, false)}>
                  {t("bringBack")}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Names({ state, of }: { state: CircleState; of: readonly Sitting[] }) {
  return (
    <ul class="people">
      {of.map(({ id, mine }) => {
        const name = state.participants.get(id) ?? "";
        return (
          <li key={id}>
            <span class="who">
              <Mark id={id} />
              <bdi>{mine ? t("youName", { name }) : name}</bdi>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
