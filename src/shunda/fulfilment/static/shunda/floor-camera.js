// Barcodes in the camera's picture: by the browser's own reader where it has one, else by ours, which is fetched now
// and never before. One code is taken once until it has been out of the picture for a moment.
(() => {
  "use strict";
  const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "code_39", "itf", "qr_code", "data_matrix"];
  const PAUSE = 150, AGAIN = 1500; // milliseconds
  let detector = null, stream = null, timer = 0, last = "", lastAt = 0;

  const fetched = (src) => new Promise((done, fail) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: fail }));
  });
  const reader = async (root) => {
    if (detector) return detector;
    if ("BarcodeDetector" in window) {
      const known = await window.BarcodeDetector.getSupportedFormats();
      if (known.includes("ean_13")) return new window.BarcodeDetector({ formats: FORMATS.filter((name) => known.includes(name)) });
    }
    await fetched(root.dataset.library);
    const { BarcodeDetector, prepareZXingModule } = window.BarcodeDetectionAPI;
    prepareZXingModule({ overrides: { locateFile: () => root.dataset.wasm } });
    return new BarcodeDetector({ formats: FORMATS });
  };
  const close = (root) => {
    clearTimeout(timer);
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    root.querySelector("[data-camera]").hidden = true;
    root.querySelector("#code").focus({ preventScroll: true });
  };
  const look = async (root, video) => {
    if (!stream) return;
    try {
      const found = video.readyState >= 2 ? await detector.detect(video) : [];
      const text = found.length ? found[0].rawValue : "";
      if (text && (text !== last || Date.now() - lastAt > AGAIN)) window.shunda.scanned(text);
      if (text) { last = text; lastAt = Date.now(); }
    } catch { /* a picture that could not be read; the next one comes */ }
    timer = setTimeout(() => look(root, video), PAUSE);
  };
  const open = async (root) => {
    if (stream) { close(root); return; }
    const box = root.querySelector("[data-camera]");
    const video = box.querySelector("video");
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
    try {
      detector = await reader(root);
      video.srcObject = stream;
      box.hidden = false;
      await video.play();
    } catch (error) {
      close(root);
      throw error;
    }
    last = "";
    look(root, video);
  };
  document.querySelector("[data-camera-close]").addEventListener("click", () => close(document.querySelector("[data-picking]")));
  window.addEventListener("pagehide", () => close(document.querySelector("[data-picking]")));
  window.shunda = Object.assign(window.shunda || {}, { camera: { open } });
})();
