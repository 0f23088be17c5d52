// The entry page's way to the server. Answers are {status, data}; who is no longer signed in throws SIGNED_OUT, a
// server that cannot be reached UNREACHED: nothing typed may be lost in either case.
(() => {
  "use strict";
  const SIGNED_OUT = "signed-out", UNREACHED = "unreached";
  const cookie = (name) => (document.cookie.split("; ").find((one) => one.startsWith(`${name}=`)) || "").slice(name.length + 1);
  // the cookie, not the form's field: it is the new one after somebody signed in again in another tab
  const token = () => cookie("csrftoken") || document.querySelector("input[name=csrfmiddlewaretoken]").value;

  const ask = async (url, body, { wait = 30_000 } = {}) => {
    const headers = { Accept: "application/json", "HX-Request": "true" };
    const options = { headers, credentials: "same-origin", signal: AbortSignal.timeout(wait) };
    if (body !== undefined) {
      Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token() });
      Object.assign(options, { method: "POST", body: JSON.stringify(body) });
    }
    let response;
    try {
      response = await fetch(url, options);
    } catch {
      throw new Error(UNREACHED);
    }
    const json = (response.headers.get("Content-Type") || "").includes("json");
    if (response.status === 401 || (response.status === 403 && !json)) throw new Error(SIGNED_OUT);
    if (response.status >= 500) throw new Error(UNREACHED);
    return { status: response.status, data: json ? await response.json() : {} };
  };

  const texts = () => document.getElementById("entry-texts").dataset;
  const say = (name, values = {}) => texts()[`say${name[0].toUpperCase()}${name.slice(1)}`].replace(/%\((\w+)\)s/g, (_all, key) => values[key] ?? "");

  window.shunda = Object.assign(window.shunda || {}, { entry: { ask, lookup: (input, url, taken) => window.shunda.lookup(input, url, taken, ask), say, SIGNED_OUT, UNREACHED } });
})();
