// A map to click and draw on. Data comes as JSON; no text of users becomes HTML.
function button(bar, text, title) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.setAttribute("aria-label", title ?? text);
  bar.appendChild(element);
  return element;
}

function textNode(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}

class DrawingMap {
  constructor(parent, component) {
    this.box = parent.querySelector(".wd-drawing-map");
    this.bar = parent.querySelector(".wd-drawing-bar");
    this.hint = parent.querySelector(".wd-drawing-hint");
    this.component = component;
    this.points = [];
    this.mode = null;
    this.map = L.map(this.box, {
      preferCanvas: true, attributionControl: false, zoomSnap: 0.5,
      doubleClickZoom: false,
    });
    this.layers = L.layerGroup().addTo(this.map);
    this.drawn = L.layerGroup().addTo(this.map);
    this.map.on("click", (event) => this.click(event.latlng));
    L.control.scale({ imperial: false }).addTo(this.map);
    // A phone scrolls the page with one finger; two fingers zoom the map.
    if (window.matchMedia("(pointer: coarse)").matches) this.map.dragging.disable();
    new ResizeObserver(() => this.map.invalidateSize()).observe(this.box);
  }

  update(component) {
    this.component = component;
    const data = component.data;
    this.words = data.words;
    if (JSON.stringify(data.modes) !== this.modes) this.makeBar(data.modes);
    if (data.bounds && data.view !== this.view) {
      this.view = data.view;
      this.map.fitBounds(data.bounds, { padding: [24, 24], maxZoom: 16 });
    }
    if (data.version !== this.version) {
      this.version = data.version;
      this.show(data);
      if (data.clear) this.clear();
    }
  }

  show(data) {
    this.layers.clearLayers();
    this.showTiles(data);
    for (const layer of data.lines) {
      const line = layer.area
        ? L.polygon(layer.points, layer.style)
        : L.polyline(layer.points, layer.style);
      if (layer.tip) line.bindTooltip(textNode(layer.tip), { sticky: true });
      line.options.bubblingMouseEvents = true;
      this.layers.addLayer(line);
    }
    for (const place of data.places) {
      const icon = L.divIcon({
        className: "wd-drawing-place", iconSize: [26, 26],
        html: textNode(place.sign),
      });
      const marker = L.marker(place.at, {
        icon, keyboard: false, draggable: !!place.moves, title: place.name,
        zIndexOffset: place.moves ? 1000 : 0,
      });
      marker.bindTooltip(textNode(place.name), { direction: "right", offset: [10, 0],
        permanent: !!place.moves });
      marker.on("click", (event) => this.click(event.latlng));
      if (place.moves) {
        marker.on("dragend", () => this.send("point", [marker.getLatLng()]));
      }
      this.layers.addLayer(marker);
    }
  }

  // Somebody else's map, if the setting names one, and whose data all this is.
  showTiles(data) {
    const wanted = JSON.stringify([data.tiles, data.max_zoom, data.credit]);
    if (wanted === this.tiles) return;
    this.tiles = wanted;
    this.below?.remove();
    this.below = L.layerGroup(data.tiles.map((url) => L.tileLayer(url, {
      maxZoom: 20, maxNativeZoom: data.max_zoom,
      referrerPolicy: "strict-origin-when-cross-origin",
    }))).addTo(this.map);
    this.credit?.remove();
    this.credit = L.control({ position: "bottomright" });
    this.credit.onAdd = () => {
      const box = textNode(data.credit);
      box.className = data.credit ? "wd-drawing-credit" : "";
      return box;
    };
    this.credit.addTo(this.map);
  }

  makeBar(modes) {
    this.modes = JSON.stringify(modes);
    this.bar.replaceChildren();
    this.buttons = {};
    for (const mode of modes) {
      const element = button(this.bar, this.words[mode]);
      element.onclick = () => (mode === "locate" ? this.locate() : this.start(mode));
      this.buttons[mode] = element;
    }
    this.done = button(this.bar, this.words.done);
    this.done.className = "wd-drawing-done";
    this.done.onclick = () => this.finish();
    this.undo = button(this.bar, this.words.undo);
    this.undo.onclick = () => { this.points.pop(); this.draw(); };
    this.start(modes[0]);
  }

  start(mode) {
    this.mode = mode;
    this.points = [];
    this.draw();
  }

  clear() {
    this.points = [];
    this.draw();
  }

  click(latlng) {
    this.points.push(latlng);
    this.draw();
    if (this.mode === "point" || (this.mode === "pair" && this.points.length === 2)) {
      this.finish();
    }
  }

  draw() {
    this.drawn.clearLayers();
    const style = { color: "#B3261E", weight: 4, dashArray: "6 6", interactive: false };
    if (this.points.length > 1) {
      this.drawn.addLayer(this.mode === "area"
        ? L.polygon(this.points, style) : L.polyline(this.points, style));
    }
    for (const point of this.points) {
      this.drawn.addLayer(L.circleMarker(point, { radius: 7, color: "#B3261E",
        fillColor: "#fff", fillOpacity: 1, interactive: false }));
    }
    const least = { line: 3, area: 3 }[this.mode];
    this.done.hidden = !least;
    this.done.disabled = this.points.length < (least ?? 1);
    this.undo.hidden = this.points.length === 0 || !least;
    for (const [mode, element] of Object.entries(this.buttons)) {
      element.setAttribute("aria-pressed", String(mode === this.mode));
    }
    this.hint.textContent = this.words[`${this.mode}_hint`] ?? "";
  }

  finish() {
    this.send(this.mode, this.points);
  }

  send(shape, points) {
    this.component.setTriggerValue("drawn", {
      shape, points: points.map((point) => [point.lat, point.lng]),
    });
  }

  locate() {
    if (!navigator.geolocation || !window.isSecureContext) {
      this.hint.textContent = this.words.locate_impossible;
      return;
    }
    this.hint.textContent = this.words.locating;
    navigator.geolocation.getCurrentPosition(
      (found) => this.component.setTriggerValue("drawn", {
        shape: "point", located_m: found.coords.accuracy,
        points: [[found.coords.latitude, found.coords.longitude]],
      }),
      (error) => { this.hint.textContent = error.code === 1
        ? this.words.locate_denied : this.words.locate_failed; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  }
}

export default function (component) {
  const parent = component.parentElement;
  const state = (parent.wdDrawing ??= {});
  state.component = component;
  script(component.data.leaflet).then(
    () => {
      state.map ??= new DrawingMap(parent, component);
      state.map.update(state.component);
    },
    () => { parent.querySelector(".wd-drawing-hint").textContent =
      component.data.words.broken; },
  );
}
