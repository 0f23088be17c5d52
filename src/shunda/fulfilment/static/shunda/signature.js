// A signature drawn on the screen: kept as a picture in the form. Without this script a typed name is enough.
(() => {
  "use strict";
  const ready = (box) => {
    const canvas = box.querySelector("canvas");
    const field = box.querySelector("input[type=hidden]");
    const pen = canvas.getContext("2d");
    let drawing = false;
    box.hidden = false;
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#182433";
    const at = (event) => {
      const place = canvas.getBoundingClientRect();
      return [
        ((event.clientX - place.left) * canvas.width) / place.width,
        ((event.clientY - place.top) * canvas.height) / place.height,
      ];
    };
    canvas.style.touchAction = "none";
    canvas.addEventListener("pointerdown", (event) => {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      const [x, y] = at(event);
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + 0.1, y);
      pen.stroke();
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineTo(...at(event));
      pen.stroke();
    });
    const stop = () => {
      if (!drawing) return;
      drawing = false;
      field.value = canvas.toDataURL("image/png");
    };
    canvas.addEventListener("pointerup", stop);
    canvas.addEventListener("pointercancel", stop);
    box.querySelector("[data-signature-clear]").addEventListener("click", () => {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      field.value = "";
    });
    if (field.value) {
      const before = new Image();
      before.onload = () => pen.drawImage(before, 0, 0);
      before.src = field.value;
    }
  };
  document.querySelectorAll("[data-signature]").forEach(ready);
})();
