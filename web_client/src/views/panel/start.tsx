import { Screen } from "../screen.tsx";
import { panel } from "../../words/en/panel.ts";
import { learn, t } from "../../words.ts";

learn(panel);

export function Desk() {
  return <Screen title={t("deskTitle")} back={{ at: "circles" }}>{null}</Screen>;
}
