/* Draws each <div data-map="ID"> from the JSON script with that id: depot, numbered stops, one line a route.
 *
 * The shape of the JSON is written in templates/components/map.html. Tiles are a comfort: without a tile
 * address, or when tiles fail, markers and lines stand on a plain ground. Colours come from map.css. */
(() => {
  "use strict";

  const ICONS = document.currentScript.dataset.icons;
  const COLOURS = 8;
  const CREDIT = '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors';
  const SEOUL = [37.5665, 126.978];

  const node = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = text;
    return element;
  };

  const picture = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${ICONS}#${name}`);
    svg.setAttribute("class", "icon");
    svg.append(use);
    return svg;
  };

  const popup = (place) => {
    const box = node("div");
    const title = place.url ? node("a", "strong", place.label) : node("span", "strong", place.label);
    if (place.url) title.href = place.url;
    box.append(title);
    if (place.detail) box.append(node("div", "muted", place.detail));
    return box;
  };

  const marker = (place, className, content, size) => {
    const html = node("div", className);
    html.append(content);
    const icon = L.divIcon({ html, className: "", iconSize: [size, size] });
    return L.marker([place.lat, place.lng], { icon, alt: place.label, title: place.label }).bindPopup(popup(place));
  };

  const drawRoute = (map, route, index, depot) => {
    const colour = `route-${(index % COLOURS) + 1}`;
    const path = route.stops.map((stop) => [stop.lat, stop.lng]);
    if (depot) path.unshift([depot.lat, depot.lng]), path.push([depot.lat, depot.lng]);
    const pattern = route.pattern ? ` map-line--${route.pattern}` : "";
    L.polyline(path, { className: `map-line ${colour}${pattern}`, interactive: false }).addTo(map);
    for (const stop of route.stops) {
      const state = stop.state ? ` map-stop--${stop.state}` : "";
      const faint = stop.faint ? " map-stop--faint" : "";
      const icon = marker(stop, `map-stop ${colour}${state}${faint}`, String(stop.number), 28).addTo(map);
      icon.setZIndexOffset(stop.faint ? -1000 : 0);
    }
  };

  // What lies below the routes where no tiles do: a river and names, in a pane of their own.
  const drawGround = (map, ground) => {
    const pane = map.createPane("ground");
    pane.style.zIndex = 100;
    pane.style.pointerEvents = "none";
    const plain = { pane: "ground", interactive: false };
    L.polygon(ground.river, { ...plain, className: "map-river" }).addTo(map);
    for (const place of ground.places) {
      const icon = L.divIcon({ html: node("span", "", place.name), className: "map-place", iconSize: [80, 20] });
      L.marker(place.at, { ...plain, icon, keyboard: false }).addTo(map);
    }
  };

  const addTiles = (map, address) => {
    if (!address) return null;
    // Tile servers want to know which site asks; the pages' own policy tells nobody.
    const referrerPolicy = "strict-origin-when-cross-origin";
    const tiles = L.tileLayer(address, { maxZoom: 19, attribution: CREDIT, referrerPolicy });
    let arrived = false;
    tiles.on("tileload", () => (arrived = true));
    // Nothing but errors: stop asking, so that the map doesn't flicker in a lift.
    let errors = 0;
    tiles.on("tileerror", () => {
      if (!arrived && ++errors > 3) map.removeLayer(tiles);
    });
    return tiles.addTo(map);
  };

  window.KkureomiMap = { addTiles, node };

  const draw = (element) => {
    const data = JSON.parse(document.getElementById(element.dataset.map).textContent);
    const map = L.map(element, { scrollWheelZoom: false, zoomSnap: 0.5, zoomControl: false });
    const { zoomIn, zoomOut } = element.dataset;
    L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    const places = data.routes.flatMap((route) => route.stops);
    if (data.depot) places.push(data.depot);
    if (places.length) map.fitBounds(places.map((place) => [place.lat, place.lng]), { padding: [28, 28], maxZoom: 15 });
    else map.setView(SEOUL, 11);
    if (data.ground) drawGround(map, data.ground);
    addTiles(map, element.dataset.tiles);
    data.routes.forEach((route, index) => drawRoute(map, route, index, data.depot));
    if (data.depot) marker(data.depot, "map-stop map-stop--depot", picture("warehouse"), 36).addTo(map);
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
  };

  const drawAll = (root) => {
    for (const element of root.querySelectorAll("[data-map]:not(.leaflet-container)")) draw(element);
  };
  drawAll(document);
  document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target.parentNode ?? document));
})();
