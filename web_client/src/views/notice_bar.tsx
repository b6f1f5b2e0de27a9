import { t } from "../words.ts";
import { forgetNotice, notice } from "./ui.ts";

/** A short notice with an undo. It takes no focus, and leaves by itself. */
export function NoticeBar() {
  const now = notice.value;
  return (
    <div role="status">
      {now && (
        <div class="undo-bar">
          <span>{now.text}</span>
          {now.undo && (
            <button
              type="button"
              class="link"
              onClick={() => {
                forgetNotice();
                now.undo?.();
              }}
            >
              {t("undo")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
