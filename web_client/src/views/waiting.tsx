import { calling, leaveSeat, takeSeat } from "../desk.ts";
import { felt } from "../felt.ts";
import type { Letter, SeatView } from "../generated/protocol.ts";
import { titleOf } from "../letters.ts";
import { go, route } from "../router.ts";
import { letters } from "../store.ts";
import { inside } from "../words/en/inside.ts";
import { letters as words } from "../words/en/letters.ts";
import { type PlainKey, learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { CareBars } from "./care_bars.tsx";
import { Said } from "./fields.tsx";
import { OpenedBar } from "./opened.tsx";
import { sheet } from "./ui.ts";

learn(inside);
learn(words);

/** What waits for this person, wherever they are: care, a seat on a panel, a letter. It never covers anything. */
export function Waiting() {
  const here = route.value;
  const seat = here.at === "desk" ? undefined : calling.value[0];
  // In its own circle a letter stands above the box.
  const letter = letters.value.find(({ circle }) => here.at !== "circle" || here.circle !== circle);
  return (
    <>
      <OpenedBar />
      <CareBars />
      {seat && <SeatBar seat={seat} />}
      {letter && here.at !== "desk" && <LetterBar letter={letter} />}
    </>
  );
}

function SeatBar({ seat }: { seat: SeatView }) {
  return (
    <div class="bar seat-bar" role="status">
      {seat.state === "offered" ? <Offered seat={seat} /> : <Called />}
    </div>
  );
}

/** A seat that was drawn for one, and the two answers to it. */
export function Offered({ seat }: { seat: SeatView }) {
  const act = useAct();
  const kinds = seat.kinds ?? [];
  return (
    <>
      <div>
        <p>{t(seat.appeal ? "seatOfferedAgain" : "seatOffered", { size: sizeWord(seat.size) })}</p>
        {kinds.length > 0 && <p class="small">{t("seatKinds", { felt: felt(...kinds) })}</p>}
      </div>
      <div class="row-of">
        <button
          type="button"
          class="button main-act"
          aria-disabled={act.busy}
          onClick={() => void act.run(() => takeSeat(seat.id), () => go({ at: "desk" }))}
        >
          {t("seatTake")}
        </button>
        <button type="button" class="button" aria-disabled={act.busy} onClick={() => void act.run(() => leaveSeat(seat.id))}>
          {t("seatNot")}
        </button>
      </div>
      <Said text={act.said} />
    </>
  );
}

function Called() {
  return (
    <>
      <p>{t("seatCalls")}</p>
      <button type="button" class="link" onClick={() => go({ at: "desk" })}>
        {t("seatGo")}
      </button>
    </>
  );
}

function LetterBar({ letter }: { letter: Letter }) {
  return (
    <div class="bar" role="status">
      <p>{titleOf(letter)}</p>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "letter", letter })}>
        {t("open")}
      </button>
    </div>
  );
}

const SIZES: Readonly<Partial<Record<number, PlainKey>>> = { 2: "two", 3: "three", 5: "five", 7: "seven", 9: "nine" };

function sizeWord(size: number): string {
  const key = SIZES[size];
  return key === undefined ? String(size) : t(key);
}
