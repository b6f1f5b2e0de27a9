import { useEffect, useState } from "preact/hooks";
import { dialled, helpLines } from "../care.ts";
import type { HelpLine } from "../generated/protocol.ts";
import { t } from "../words.ts";

/** Whom one can call or write to, as the operator chose; the help page has them too, also without a network. */
export function PeopleToCall() {
  const [lines, show] = useState<readonly HelpLine[] | null>(null);
  const [failed, fail] = useState(false);
  useEffect(() => {
    let gone = false;
    void helpLines().then((answer) => {
      if (gone) return;
      if (answer.ok) show(answer.value);
      else fail(true);
    });
    return () => {
      gone = true;
    };
  }, []);
  return (
    <section class="stack-2" aria-labelledby="call-title">
      <h3 id="call-title">{t("callTitle")}</h3>
      <p>{t("callDanger")}</p>
      {lines === null && !failed && <p class="small">{t("callComing")}</p>}
      {lines?.length === 0 && <p>{t("callNone")}</p>}
      {lines !== null && lines.length > 0 && (
        <ul class="help-lines">
          {lines.map((line) => (
            <Line key={line.name} line={line} />
          ))}
        </ul>
      )}
      <a class="link" href="/help">
        {t("callAll")}
      </a>
    </section>
  );
}

function Line({ line }: { line: HelpLine }) {
  return (
    <li>
      <strong dir="auto">{line.name}</strong>
      {line.phone && <a href={`tel:${dialled(line.phone)}`}>{t("callPhone", { number: line.phone })}</a>}
      {line.sms && <a href={`sms:${dialled(line.sms)}`}>{t("callText", { number: line.sms })}</a>}
      {line.url && (
        <a href={line.url} rel="noopener noreferrer">
          {new URL(line.url).host}
        </a>
      )}
      {line.hours && <span dir="auto">{line.hours}</span>}
      {line.note && <span dir="auto">{line.note}</span>}
    </li>
  );
}
