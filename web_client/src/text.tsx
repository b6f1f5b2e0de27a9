import { type Span, blocks } from "./text.ts";
import { t } from "./words.ts";

/** What somebody wrote, as elements: never as markup, so that nothing in it can become more than text. */
export function Text({ body }: { body: string }) {
  return (
    <>
      {blocks(body).map((block, at) => {
        const lines = block.lines.map((line, row) => (
          <span key={row}>
            {row > 0 && "\n"}
            {line.map((span, index) => (
              <Piece key={index} span={span} />
            ))}
          </span>
        ));
        return block.is === "quote" ? <blockquote key={at}>{lines}</blockquote> : <div key={at}>{lines}</div>;
      })}
    </>
  );
}

function Piece({ span }: { span: Span }) {
  let inside = span.is === "text" ? <>{span.text}</> : <Link href={span.href} text={span.text} host={span.host} />;
  if (span.italic) inside = <em>{inside}</em>;
  return span.bold ? <strong>{inside}</strong> : inside;
}

/** A link says which place it leads to, unless it begins with that. */
function Link({ href, text, host }: { href: string; text: string; host: string }) {
  const said = text.replace(/^https?:\/\//i, "").toLowerCase().startsWith(host);
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer" dir="ltr" tabIndex={-1}>
        {text}
      </a>
      {!said && <span class="msg-link-to"> {t("linkTo", { domain: host })}</span>}
    </>
  );
}
