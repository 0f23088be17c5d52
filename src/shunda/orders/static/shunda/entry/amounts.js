// Amounts of a document as pricing/rules.py calculates them: exact, in whole coins. A line is rounded once, half to even;
// everything above it is a sum. So the page adds up a thousand lines at once instead of asking for them; what is saved
// is calculated by the server, and tests/browser holds the two side by side.
(() => {
  "use strict";
  const PLACES = { quantity: 4, price: 6, rate: 4 }, ONE = 10_000n;
  // "12.5" with four places is 125000n; null for what is not a plain number
  const scaled = (text, places) => {
    const found = /^(\d{1,14})(?:\.(\d+))?$/.exec(text);
    if (!found || (found[2] || "").length > places) return null;
    return BigInt(found[1] + (found[2] || "").padEnd(places, "0"));
  };
  const divided = (above, below) => {
    if (above < 0n) return -divided(-above, below);
    const whole = above / below, twice = (above % below) * 2n;
    return twice > below || (twice === below && whole % 2n === 1n) ? whole + 1n : whole;
  };

  // what [quantity, price, discount, tax] costs before the order discount, and its tax rate; null when one is no number
  const line = ([quantity, price, discount, tax], digits) => {
    const [q, p, d, rate] = [scaled(quantity, PLACES.quantity), scaled(price, PLACES.price), scaled(discount, PLACES.rate), scaled(tax, PLACES.rate)];
    if (q === null || p === null || d === null || rate === null) return null;
    return { cost: divided(q * p * (ONE - d), 10n ** BigInt(PLACES.quantity + PLACES.price + PLACES.rate - digits)), rate };
  };
  const taxed = (amount, rate, includesTax) => {
    if (includesTax) {
      const net = divided(amount * ONE, ONE + rate);
      return { net, tax: amount - net, gross: amount };
    }
    const tax = divided(amount * rate, ONE);
    return { net: amount, tax, gross: amount + tax };
  };
  // a total over weights: what the first deserve together less what was given before, so that no coin is lost
  const share = (total, weights) => {
    let whole = weights.reduce((sum, one) => sum + one, 0n), seen = 0n, given = 0n;
    const even = whole === 0n;
    if (even) whole = BigInt(weights.length);
    return weights.map((weight) => {
      seen += even ? 1n : weight;
      const due = divided(total * seen, whole), part = due - given;
      given = due;
      return part;
    });
  };

  // `lines` as line() gives them; `terms` as the server tells them: discount and freight in the mode of the prices
  const document = (lines, terms) => {
    const goods = lines.reduce((sum, one) => sum + one.cost, 0n);
    let discount = scaled(terms.discount, terms.digits);
    if (discount > goods) discount = 0n; // the server says so beside the field
    const parts = discount ? share(discount, lines.map((one) => one.cost)) : null;
    const total = taxed(scaled(terms.freight, terms.digits), scaled(terms.freight_tax, PLACES.rate), terms.includes_tax);
    const each = lines.map((one, i) => {
      const amount = taxed(parts ? one.cost - parts[i] : one.cost, one.rate, terms.includes_tax);
      total.net += amount.net;
      total.tax += amount.tax;
      return amount;
    });
    return { lines: each, goods, net: total.net, tax: total.tax, gross: total.net + total.tax };
  };

  // coins as people read them, and as numbers are sent
  const plain = (coins, digits) => {
    const text = String(coins < 0n ? -coins : coins).padStart(digits + 1, "0"), cut = text.length - digits;
    return `${coins < 0n ? "-" : ""}${text.slice(0, cut)}${digits ? `.${text.slice(cut)}` : ""}`;
  };
  const written = (coins, digits) => {
    const [whole, rest] = plain(coins, digits).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
  };
  const money = (coins, { digits, symbol }) => `${coins < 0n ? "-" : ""}${symbol}${written(coins < 0n ? -coins : coins, digits)}`;

  Object.assign(window.shunda.entry, { amounts: { line, document, scaled, plain, written, money } });
})();
