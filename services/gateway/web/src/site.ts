// What every page does.

import { carryProgress } from "./carry.ts";
import { watchConnection } from "./connection.ts";
import { groupByDay } from "./days.ts";
import { listenToForms } from "./forms.ts";
import { readMessages } from "./i18n.ts";
import { browseLibrary } from "./library/library.ts";
import { closeMenus } from "./menu.ts";
import { tellMoments } from "./moments.ts";
import { listenToPreferences } from "./preferences.ts";
import { keepFresh } from "./refresh.ts";
import { watchLinks } from "./title.ts";
import { nameLanguages } from "./tongues.ts";
import { watchTransfers } from "./transfers.ts";

readMessages();
groupByDay();
tellMoments();
nameLanguages();
window.setInterval(() => tellMoments(), 30_000);
listenToPreferences();
listenToForms();
keepFresh();
watchTransfers();
watchConnection();
browseLibrary();
watchLinks();
closeMenus();
void carryProgress();
