import * as actions from "../actions.ts";
import { preferences } from "../store.ts";
import { t } from "../words.ts";
import { Tick } from "./fields.tsx";

/** Whether one is told when somebody would like company. */
export function Caring() {
  const { company } = preferences.value;
  return (
    <Tick
      label={t("companySwitch")}
      on={company}
      onPick={(on) => void actions.setPreferences({ company: on })}
      effect={company ? t("companyOn") : t("companyOff")}
    />
  );
}
