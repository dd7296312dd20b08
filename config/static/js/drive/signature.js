/* A field to sign on with the finger: lines of points within 1000 by 400, whatever its size on the screen. */
(() => {
  "use strict";

  const WIDTH = 1000;
  const HEIGHT = 400;
  // Nearer points than this add nothing that one could see.
  const STEP = 4;

  window.Drive.signature = (root, changed) => {
    const canvas = root.querySelector("canvas");
    const pen = canvas.getContext("2d");
    let strokes = [];
    let stroke = null;
    canvas.width = WIDTH;
    canvas.height = HEIGHT;

    const draw = () => {
      pen.clearRect(0, 0, WIDTH, HEIGHT);
      pen.lineWidth = 8;
      pen.lineCap = pen.lineJoin = "round";
      pen.strokeStyle = getComputedStyle(canvas).color;
      for (const line of strokes) {
        pen.beginPath();
        pen.moveTo(...line[0]);
        for (const point of line.length > 1 ? line : [line[0], line[0]]) pen.lineTo(...point);
        pen.stroke();
      }
      root.toggleAttribute("data-signed", strokes.length > 0);
    };

    const clamp = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
    const pointOf = (event) => {
      const box = canvas.getBoundingClientRect();
      return [
        clamp(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
        clamp(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT),
      ];
    };

    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      stroke = [pointOf(event)];
      strokes.push(stroke);
      draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!stroke) return;
      for (const each of event.getCoalescedEvents?.() ?? [event]) {
        const [x, y] = pointOf(each);
        const [lastX, lastY] = stroke.at(-1);
        if (Math.hypot(x - lastX, y - lastY) >= STEP) stroke.push([x, y]);
      }
      draw();
    });
    const lift = () => {
      if (!stroke) return;
      stroke = null;
      changed();
    };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    root.querySelector("[data-sign-again]").addEventListener("click", () => {
      strokes = [];
      draw();
      changed();
    });

    return {
      get: () => strokes,
      set: (kept) => {
        strokes = kept;
        draw();
      },
    };
  };
})();
