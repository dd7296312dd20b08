/* A photo is made small on the phone before it is kept: 1600 pixels are enough to see what was handed over. */
(() => {
  "use strict";

  const LONGEST = 1600;
  const QUALITY = 0.8;

  const shrink = async (file) => {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  };

  const show = async (canvas, blob) => {
    canvas.hidden = !blob;
    if (!blob) return;
    const image = await createImageBitmap(blob);
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    image.close();
  };

  window.Drive.photo = (root, changed) => {
    const input = root.querySelector("input[type=file]");
    const preview = root.querySelector("canvas");
    const trouble = root.querySelector("[data-photo-trouble]");
    // A promise, so that a hand-over that is saved quickly waits for its photo.
    let blob = Promise.resolve(null);

    input.addEventListener("change", () => {
      const [file] = input.files;
      blob = file ? shrink(file).catch(() => null) : Promise.resolve(null);
      blob.then((made) => {
        trouble.hidden = !file || made !== null;
        show(preview, made);
        changed();
      });
    });

    return {
      get: () => blob,
      set: (kept) => {
        blob = Promise.resolve(kept);
        show(preview, kept);
      },
    };
  };
})();
