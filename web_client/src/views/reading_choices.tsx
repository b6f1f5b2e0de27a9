import * as actions from "../actions.ts";
import type { Preferences } from "../generated/protocol.ts";
import { preferences } from "../store.ts";
import { t } from "../words.ts";
import { OneOf, Tick } from "./fields.tsx";

/** How it reads: sizes, day or night, motion, Enter, what a screen reader says. */
export function Reading() {
  const now = preferences.value;
  const set = (change: Partial<Preferences>) => void actions.setPreferences(change);
  return (
    <section aria-labelledby="reading" class="stack">
      <h2 id="reading">{t("readSection")}</h2>
      <OneOf
        legend={t("sizeLabel")}
        value={now.size}
        of={([100, 110, 125, 150] as const).map((n) => [n, t("sizeOf", { n })])}
        onPick={(size) => set({ size })}
        inLine
      />
      <OneOf
        legend={t("spacingLabel")}
        value={now.spacing}
        of={[
          ["usual", t("spacingUsual")],
          ["wide", t("spacingWide")],
        ]}
        onPick={(spacing) => set({ spacing })}
        inLine
      />
      <OneOf
        legend={t("themeLabel")}
        value={now.theme}
        of={[
          ["phone", t("themePhone")],
          ["day", t("themeDay")],
          ["night", t("themeNight")],
        ]}
        onPick={(theme) => set({ theme })}
        inLine
      />
      <Tick
        label={t("calmSwitch")}
        on={now.calm}
        onPick={(calm) => set({ calm })}
        effect={now.calm ? t("calmOn") : t("calmOff")}
      />
      <OneOf
        legend={t("enterLabel")}
        value={now.enter_posts}
        of={[
          ["auto", t("enterAuto")],
          ["yes", t("enterYes")],
          ["no", t("enterNo")],
        ]}
        onPick={(enterPosts) => set({ enter_posts: enterPosts })}
      />
      <OneOf
        legend={t("newsLabel")}
        value={now.news}
        of={[
          ["all", t("newsAll")],
          ["names", t("newsNames")],
          ["counts", t("newsCounts")],
          ["none", t("newsNone")],
        ]}
        onPick={(news) => set({ news })}
      />
    </section>
  );
}
