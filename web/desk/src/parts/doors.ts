// The doors to what few people open: it is loaded when somebody goes there.

import { later } from "./later.tsx";

export const SettingsPlace = later(() => import("../settings/settings.tsx").then((found) => found.Settings), true);
export const ApprovalsPlace = later(() => import("../approvals/approvals.tsx").then((found) => found.Approvals), true);
export const BoardPlace = later(() => import("../board/board.tsx").then((found) => found.BoardPage), true);
export const TracePlace = later(() => import("../trace/trace.tsx").then((found) => found.TracePanel));
export const WhyPlace = later(() => import("../why/panel.tsx").then((found) => found.Why));
export const AskPlace = later(() => import("../approvals/ask.tsx").then((found) => found.Ask));
