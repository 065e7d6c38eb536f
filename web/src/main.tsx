// Entry of the dashboard.
import { render } from "preact";
import { startFrames } from "./frame";
import { startRoute } from "./route";
import { startSession } from "./session";
import { startTheme } from "./theme";
import { App } from "./view/app";

startTheme();
startRoute();
startFrames();
startSession();
render(<App />, document.getElementById("app") as HTMLElement);
