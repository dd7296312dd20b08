/* Reads a QR code with the camera and sends it as if it had been typed. Where the browser has no BarcodeDetector
   the button stays hidden: a reader that types, or the keyboard, does the same. */
(() => {
  "use strict";

  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  const EVERY_MS = 200;

  const stop = (video) => {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
    video.hidden = true;
  };

  const look = async (detector, form, video) => {
    // A page that was swapped away, or a camera that was switched off, ends the search.
    if (!video.srcObject || !document.contains(video)) return stop(video);
    const [found] = await detector.detect(video).catch(() => []);
    if (!found) return setTimeout(() => look(detector, form, video), EVERY_MS);
    stop(video);
    form.elements.code.value = found.rawValue;
    form.requestSubmit();
  };

  const start = async (form) => {
    const video = form.querySelector("[data-scan-video]");
    if (video.srcObject) return stop(video);
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      form.querySelector("[data-scan-trouble]").hidden = false;
      return;
    }
    video.hidden = false;
    await video.play();
    look(new BarcodeDetector({ formats: ["qr_code"] }), form, video);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-scan-start]");
    if (button) start(button.form);
  });
  const prepare = () => {
    for (const button of document.querySelectorAll("[data-scan-start]")) button.hidden = false;
  };
  prepare();
  document.addEventListener("htmx:afterSwap", prepare);
})();
