import * as actions from "../actions.ts";
import type { CircleState } from "../state.ts";
import { t } from "../words.ts";
import { Mark } from "./mark.tsx";
import type { Sitting } from "./ring.tsx";

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
  return (
    <>
      <ul class="people">
        {sittings(state).map(({ id, mine, here }) => {
          const name = state.participants.get(id) ?? "";
          return (
            <li key={id}>
              <span class="who">
                <Mark id={id} />
                <bdi>{mine ? t("youName", { name }) : name}</bdi>
              </span>
              {!here && <span class="small">{t("awayNow")}</span>}
            </li>
          );
        })}
      </ul>
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
