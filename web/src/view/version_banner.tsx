// Scripts that were refused or rolled back: the sentence with file and line, the line, and a caret under the place.
import { versionNews } from "../state";

export function VersionBanner() {
  const news = versionNews.value;
  if (news === null) return null;
  const caret = news.column > 0 ? `\n${news.text.slice(0, news.column - 1).replace(/[^\t]/g, " ")}^` : "";
  return (
    <section class="version-banner" id="version-banner" role="alert" data-state={news.state}>
      <p>
        <strong>{news.state === "refused" ? "Scripts refused" : "Scripts rolled back"}</strong>
        {`, version ${news.version} serves: ${news.why}`}
      </p>
      {news.text !== "" && <pre>{news.text + caret}</pre>}
    </section>
  );
}
