/* Moves the mark of <div data-site-map="ID">: by dragging, a click, the arrow keys or the phone's own position.
 *
 * The mark and the field of coordinates say the same; the form is sent as if they had been typed. Without tiles
 * the names of the districts, the institution's other sites and a scale help to find one's way. */
(() => {
  "use strict";

  const { addTiles, node } = window.KkureomiMap;
  const OUTLINE_ZOOM = 13;
  const STEP = 12; // pixels that an arrow key moves the mark; 1 with Shift

  const parse = (text) => {
    const numbers = text.split(/[\s,]+/).filter(Boolean).map(Number);
    return numbers.length === 2 && numbers.every(Number.isFinite) ? L.latLng(numbers[0], numbers[1]) : null;
  };

  const sign = (className, text) => {
    const html = node("div", className, text);
    return L.divIcon({ html, className: "", iconSize: [0, 0] });
  };

  const drawNames = (map, data) => {
    const names = L.layerGroup();
    for (const place of data.districts) {
      L.marker([place.lat, place.lng], { icon: sign("map-district", place.name), interactive: false, keyboard: false }).addTo(names);
    }
    return names.addTo(map);
  };

  const drawOthers = (map, data) => {
    for (const place of data.others) {
      L.marker([place.lat, place.lng], { icon: sign("map-other", place.name), interactive: false, keyboard: false }).addTo(map);
    }
  };

  const open = (element, data) => {
    const map = L.map(element, { scrollWheelZoom: false, zoomControl: false });
    const { zoomIn, zoomOut, tiles: address } = element.dataset;
    L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    const names = drawNames(map, data);
    drawOthers(map, data);
    const tiles = addTiles(map, address);
    tiles?.once("tileload", () => names.remove());
    // So far out that the names around are in sight.
    const stepBack = () => map.setZoom(Math.min(map.getZoom(), OUTLINE_ZOOM));
    if (tiles) tiles.once("tileerror", () => tiles.getContainer()?.querySelector(".leaflet-tile-loaded") || stepBack());
    else map.whenReady(stepBack);
    return map;
  };

  const draw = (element) => {
    const data = JSON.parse(document.getElementById(element.dataset.siteMap).textContent);
    const input = document.getElementById(element.dataset.input);
    const said = document.getElementById(element.dataset.said);
    const map = open(element, data);
    const typed = parse(input.value);
    map.setView(typed ?? [data.lat, data.lng], typed ? 17 : data.zoom);

    const html = node("div", "map-mark");
    const icon = L.divIcon({ html, className: "", iconSize: [36, 44], iconAnchor: [18, 42] });
    const label = element.dataset.mark;
    const mark = L.marker(map.getCenter(), { icon, draggable: true, autoPan: true, alt: label, title: label }).addTo(map);
    html.classList.toggle("map-mark--open", !typed);

    const keep = () => {
      const { lat, lng } = mark.getLatLng();
      input.value = `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
      said.textContent = `${label}: ${input.value}`;
      html.classList.remove("map-mark--open");
    };
    const move = (point) => {
      mark.setLatLng(point);
      map.panInside(point, { padding: [48, 48] });
      keep();
    };

    mark.on("dragend", keep);
    map.on("click", (event) => move(event.latlng));
    input.addEventListener("change", () => {
      const point = parse(input.value);
      if (!point) return;
      mark.setLatLng(point);
      map.setView(point, Math.max(map.getZoom(), 16));
      html.classList.remove("map-mark--open");
    });
    mark.getElement().addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 1 : STEP;
      const by = { ArrowUp: [0, -step], ArrowDown: [0, step], ArrowLeft: [-step, 0], ArrowRight: [step, 0] }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      move(map.containerPointToLatLng(map.latLngToContainerPoint(mark.getLatLng()).add(by)));
    });

    const here = document.getElementById(element.dataset.here);
    if (!navigator.geolocation) return;
    here.hidden = false;
    here.addEventListener("click", () => {
      here.disabled = true;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          here.disabled = false;
          map.setView([coords.latitude, coords.longitude], 18);
          move(L.latLng(coords.latitude, coords.longitude));
          said.textContent += ` (± ${Math.round(coords.accuracy)} m)`;
        },
        () => {
          here.disabled = false;
          said.textContent = here.dataset.failed;
        },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 },
      );
    });
  };

  for (const element of document.querySelectorAll("[data-site-map]")) draw(element);
})();
