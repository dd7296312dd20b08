/* A slider beside a number field: moving either moves the other. The form hears both and asks for the quote. */
(() => {
  "use strict";

  for (const slider of document.querySelectorAll("[data-headcount-slider]")) {
    const number = document.getElementById(slider.dataset.headcountSlider);
    const follow = () => {
      slider.value = number.value || slider.min;
    };
    slider.addEventListener("input", () => {
      number.value = slider.value;
    });
    number.addEventListener("input", follow);
    window.addEventListener("pageshow", follow);
    follow();
    slider.hidden = false;
    slider.form.querySelector("[data-headcount-show]").hidden = true;
  }
})();
