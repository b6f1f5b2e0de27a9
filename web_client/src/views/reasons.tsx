import { type Reasons, partsOf } from "../reasons.ts";
import { t } from "../words.ts";

/** A panel's reasons, part by part. The letter and its preview are this. */
export function ReasonParts({ reasons }: { reasons: Reasons }) {
  return (
    <div class="reasons">
      {partsOf(reasons).map(({ title, lines, quoted }) => (
        <section key={title}>
          <h3>{t(title)}</h3>
          {lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
          {quoted.map((line, index) => (
            <blockquote key={index} class="words" dir="auto">
              {line}
            </blockquote>
          ))}
        </section>
      ))}
    </div>
  );
}
