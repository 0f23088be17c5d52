// Prices, stock and totals. What is typed is added up here at once, with the price its line already has; the server is
// asked about the lines that changed and nothing else, however many the order has.
(() => {
  "use strict";
  const { ask, amounts, SIGNED_OUT } = window.shunda.entry;
  const ASKED = ["sku", "quantity", "unit", "unit_price", "discount_rate"];
  const HEAD = ["customer", "kind", "warehouse", "prices_include_tax", "discount", "freight"];
  const quantity = (row) => row.typed.quantity || "1"; // a price is shown before the quantity is typed

  const make = ({ form, data, head, sheet, faults, count, signedOut }) => {
    const words = form.querySelector("[data-words]");
    let terms = null, found = null, queue = null, running = false;

    const count_ = (row) => { row.counted = row.figures && terms ? amounts.line(row.figures, terms.digits) : null; };
    const understand = (told) => {
      if (!told) return;
      const other = !terms || terms.digits !== told.digits;
      terms = told;
      if (other) sheet().rows.forEach(count_);
    };
    const forget = (row) => { row.figures = row.counted = null; }; // the price of what stood there before counts no more
    // what is typed and plain counts at once; the price of another quantity or unit is the server's to tell
    const typed = (row) => {
      if (!row.figures || !terms) return;
      const [, , discount, tax] = row.figures, asPrice = row.typed.unit_price;
      const now = [quantity(row), asPrice || row.figures[1], discount, tax];
      const line = amounts.line(now, terms.digits);
      if (!line) return;
      Object.assign(row, { figures: now, counted: line });
      add();
    };

    // --- adding up ---------------------------------------------------------------------------------------------------
    const add = () => {
      if (!terms) return;
      const counted = sheet().rows.filter((row) => row.counted);
      found = amounts.document(counted.map((row) => row.counted), terms);
      counted.forEach((row, i) => {
        if (row.gross === found.lines[i].gross) return;
        row.gross = found.lines[i].gross;
        sheet().amount(row, amounts.written(row.gross, terms.digits));
      });
      sheet().rows.forEach((row) => { if (!row.counted && row.gross !== undefined) { row.gross = undefined; sheet().amount(row, ""); } });
      const lessDiscount = -amounts.scaled(terms.discount, terms.digits), freight = amounts.scaled(terms.freight, terms.digits);
      for (const [name, coins] of Object.entries({ goods: found.goods, discount: lessDiscount, freight, net: found.net, tax: found.tax, gross: found.gross })) {
        const box = form.querySelector(`[data-total="${name}"]`);
        box.hidden = coins === 0n && (name === "discount" || name === "freight");
        const text = amounts.money(coins, terms), shown = box.querySelector("dd");
        if (shown.textContent !== text) shown.textContent = text;
      }
      words.classList.toggle("opacity-50", words.dataset.of !== gross());
    };
    const gross = () => (found ? amounts.plain(found.gross, terms.digits) : "");
    const inWords = (text, of) => {
      if (!text) return;
      words.textContent = text;
      words.dataset.of = of;
      words.classList.toggle("opacity-50", of !== gross());
    };
    // what the lines cost that are not asked about
    const beside = (asked) => {
      if (!terms) return "0";
      return amounts.plain(sheet().rows.reduce((sum, row) => (row.counted && !asked.has(row) ? sum + row.counted.cost : sum), 0n), terms.digits);
    };

    // --- asking ------------------------------------------------------------------------------------------------------
    const price = (rows) => {
      queue = new Set([...(queue || []), ...rows]);
      add();
      if (!running) run();
    };
    const ofHead = () => { const values = head(); return Object.fromEntries(HEAD.map((name) => [name, values[name] || ""])); };
    const run = async () => {
      const every = sheet().rows, rows = [...queue].filter((row) => row.typed.sku);
      queue = null;
      const places = rows.length > 1 ? new Map(every.map((row, i) => [row, i + 1])) : null;
      const sent = rows.map((row) => ({ row, place: places ? places.get(row) : every.indexOf(row) + 1, typed: { ...row.typed, quantity: quantity(row) } })).filter((one) => one.place);
      const of = gross();
      running = true;
      try {
        const answer = await ask(data.urls.quote, { order: data.order, head: ofHead(), lines: sent.map((one) => one.typed), places: sent.map((one) => one.place), beside: beside(new Set(rows)), gross: of });
        if (answer.status === 200) {
          const at = new Map(sent.map((one) => [one.place, one]));
          answer.data.results.forEach((result) => {
            const { row, typed: asked } = at.get(result.place);
            const same = ASKED.every((name) => (name === "quantity" ? quantity(row) : row.typed[name] || "") === (asked[name] || ""));
            if (same) take(row, result); // else somebody went on typing, and the next question is on its way
          });
          told(answer.data);
          inWords(answer.data.words, of);
          if (!queue && gross() !== of && gross() !== words.dataset.of) queue = new Set(); // another price: its words are still to be asked for
        }
      } catch (problem) { if (problem.message === SIGNED_OUT) signedOut(); }
      finally { running = false; if (queue) run(); }
    };
    const take = (row, result) => {
      row.result = result.fields ? { ...(row.result || {}), errors: [], warnings: [], ...result } : result;
      row.figures = result.figures || null;
      count_(row);
      sheet().show(row);
    };
    const told = ({ document: understood, errors }) => {
      understand(understood);
      add();
      faults({ discount: errors }, ["discount"]);
      count();
    };

    return { price, typed, forget, take, told, beside, head: ofHead };
  };

  Object.assign(window.shunda.entry, { pricing: make });
})();
