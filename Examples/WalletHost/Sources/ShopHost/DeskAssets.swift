/// What the page looks like, and the little that it does by itself.
enum DeskAssets {
  static let style = """
    :root { color-scheme: light dark; --ink: #1c2126; --paper: #f7f6f3; --card: #fff; --line: #d9d6cf; --quiet: #6a6f76;
      --strong: #0b5d4e; --bad: #a12622; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --paper: #15181b; --card: #1e2327; --line: #363c42;
      --quiet: #9aa1a8; --strong: #58c9ad; --bad: #ff8a80; } }
    * { box-sizing: border-box; }
    body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
    header { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: baseline; padding: 1rem 1.5rem 0; }
    h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.15rem; margin: 0 0 .75rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
    h4 { font-size: .95rem; margin: .75rem 0 .25rem; }
    .good { color: var(--strong); } .bad { color: var(--bad); } .quiet { color: var(--quiet); } p { margin: .25rem 0; }
    .counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .5rem; margin: 1rem 1.5rem; }
    .counts div, section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
    .counts div { padding: .5rem .75rem; } dt { color: var(--quiet); font-size: .85rem; } dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
    main { display: grid; gap: 1rem; padding: 0 1.5rem 2rem; grid-template-columns: minmax(0, 1fr); } section { padding: 1rem; }
    form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
    input, button { font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); color: inherit; max-width: 100%; }
    button { background: var(--strong); border-color: var(--strong); color: var(--card); cursor: pointer; min-height: 2.4rem; }
    :focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
    .wide, .picture { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
    th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
    th { color: var(--quiet); font-weight: 500; } pre { overflow-x: auto; margin: .25rem 0; font-size: .85rem; line-height: 1.45; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    svg .head { fill: var(--paper); stroke: var(--line); } svg text { fill: var(--ink); font-size: 13px; text-anchor: middle; }
    svg .life { stroke: var(--line); } svg .arrow { stroke: var(--strong); } svg .answer { stroke: var(--strong); stroke-dasharray: 6 4; }
    svg .tip { fill: var(--strong); } svg .note { fill: var(--paper); stroke: var(--line); } svg .label { font-size: 12px; } svg .name { font-weight: 600; }
    """

  static let script = """
    "use strict";
    for (const form of document.querySelectorAll("form.redrive")) {
      form.addEventListener("submit", async event => {
        event.preventDefault();
        const answer = await fetch("/dead-letters/" + encodeURIComponent(form.dataset.key) + "/redrive", {
          method: "POST", headers: { "content-type": "application/json" },
          body: JSON.stringify({ reason: form.elements.reason.value, isNew: form.elements.isNew.checked })
        });
        const said = await answer.json();
        form.replaceWith(answer.ok ? "sent again" : said.error);
      });
    }
    const follow = async () => {
      const answer = document.hidden ? null : await fetch("/desk").catch(() => null);
      if (!answer || !answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of ["dl.counts", "header p"]) {
        const [shown, read] = [document.querySelector(part), page.querySelector(part)];
        if (shown && read) shown.replaceWith(read);
      }
    };
    // A large ledger takes a while to count: what follows asks for a twentieth of its time at most.
    const wait = took => setTimeout(async () => {
      const begun = performance.now();
      await follow();
      wait(performance.now() - begun);
    }, Math.max(10000, 20 * took));
    if (document.querySelector("dl.counts")) wait(0);
    const upload = document.getElementById("upload");
    if (upload) upload.addEventListener("submit", event => {
      event.preventDefault();
      const [report, progress] = [document.getElementById("report"), document.getElementById("progress")];
      const request = new XMLHttpRequest();
      progress.hidden = false;
      report.textContent = "";
      request.upload.onprogress = sent => { progress.value = 100 * sent.loaded / sent.total; };
      request.onload = () => {
        progress.hidden = true;
        const said = JSON.parse(request.responseText);
        report.textContent = request.status === 200 ? said.report : said.error;
      };
      request.onerror = () => { progress.hidden = true; report.textContent = "The statement did not get through. Try again."; };
      request.open("POST", "/statements");
      request.setRequestHeader("content-type", "application/jsonl");
      request.send(document.getElementById("file").files[0]);
    });
    """
}
