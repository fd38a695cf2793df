// What every page does.

import { watchConnection } from "./connection.ts";
import { listenToForms } from "./forms.ts";
import { readMessages } from "./i18n.ts";
import { browseLibrary } from "./library/library.ts";
import { tellMoments } from "./moments.ts";
import { listenToPreferences } from "./preferences.ts";
import { keepFresh } from "./refresh.ts";
import { watchLinks } from "./title.ts";

readMessages();
tellMoments();
window.setInterval(() => tellMoments(), 30_000);
listenToPreferences();
listenToForms();
keepFresh();
watchConnection();
browseLibrary();
watchLinks();
