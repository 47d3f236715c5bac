// A plan on a map and in a timetable. What is chosen in one, the other shows alone.
// Data comes as JSON; no text of users becomes HTML.
function make(parent, tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  parent.appendChild(element);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

function draw(parent, tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  if (text !== undefined) element.textContent = text;
  parent.appendChild(element);
  return element;
}

// An attribute that changes; setting one anew draws the element anew.
function shade(element, name, value) {
  const known = (element.wdShades ??= {});
  if (known[name] === value) return;
  known[name] = value;
  element.setAttribute(name, value);
}

function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = String(Math.floor(minutes / 60)).padStart(2, "0");
  return `${hours}:${String(minutes % 60).padStart(2, "0")}`;
}

function litres(number) {
  return number.toLocaleString("en-US");
}

// Enter and blank do what a click does.
function onPress(element, action) {
  element.addEventListener("click", action);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      action(event);
    }
  });
}

// Points moved to the right of the line by some pixels, so that lines that share a
// road run side by side.
function besides(map, line, pixels) {
  if (!pixels || line.length < 2) return line;
  const points = line.map((at) => map.latLngToLayerPoint(at));
  return points.map((point, idx) => {
    const before = points[Math.max(0, idx - 1)];
    const after = points[Math.min(points.length - 1, idx + 1)];
    const dx = after.x - before.x, dy = after.y - before.y;
    const long = Math.hypot(dx, dy) || 1;
    return map.layerPointToLatLng(
      L.point(point.x - (dy / long) * pixels, point.y + (dx / long) * pixels));
  });
}

class Board {
  constructor(parent, component) {
    this.component = component;
    this.bar = parent.querySelector(".wd-board-bar");
    this.hours = parent.querySelector(".wd-board-hours");
    this.box = parent.querySelector(".wd-board-map");
    this.side = parent.querySelector(".wd-board-side");
    this.chart = parent.querySelector(".wd-board-chart");
    this.map = L.map(this.box, { preferCanvas: true, attributionControl: false,
      zoomSnap: 0.5 });
    this.below = L.layerGroup().addTo(this.map);
    this.routes = L.layerGroup().addTo(this.map);
    this.marks = L.layerGroup().addTo(this.map);
    this.names = L.layerGroup().addTo(this.map);
    this.map.on("zoomend", () => this.drawRoutes());
    this.map.on("moveend", () => this.drawNames());
    L.control.scale({ imperial: false }).addTo(this.map);
    if (window.matchMedia("(pointer: coarse)").matches) this.map.dragging.disable();
    new ResizeObserver(() => this.map.invalidateSize()).observe(this.box);
  }

  update(component) {
    this.component = component;
    this.mayAdjust = component.data.may_adjust;
    if (component.data.version === this.version) return;
    this.version = component.data.version;
    const data = { ...component.data, ...JSON.parse(component.data.board) };
    this.data = data;
    this.words = data.words;
    this.chosen = { truck: null, trip: null, stop: null, place: null };
    this.hour = null;
    const points = data.places.map((place) => place.at);
    if (points.length && !this.isPlaced) {
      this.map.fitBounds(points, { padding: [30, 30], maxZoom: 16, animate: false });
      this.isPlaced = true;
    }
    this.drawBelow();
    this.makeBar();
    this.makeHours();
    this.makeChart();
    this.refresh();
  }

  refresh() {
    this.drawRoutes();
    this.drawMarks();
    this.drawNames();
    this.drawSide();
    // The map answers in this frame, the timetable in the next.
    requestAnimationFrame(() => this.drawChart());
    for (const [id, element] of Object.entries(this.buttons)) {
      const isOn = id === "" ? this.chosen.truck === null : this.chosen.truck === id;
      element.setAttribute("aria-pressed", String(isOn));
    }
  }

  choose(values) {
    this.chosen = { truck: null, trip: null, stop: null, place: null, ...values };
    this.refresh();
  }

  drawBelow() {
    this.below.clearLayers();
    for (const url of this.data.tiles) {
      this.below.addLayer(L.tileLayer(url, { maxZoom: 20,
        maxNativeZoom: this.data.max_zoom,
        referrerPolicy: "strict-origin-when-cross-origin" }));
    }
    for (const layer of this.data.lines) {
      const line = layer.area ? L.polygon(layer.points, layer.style)
        : L.polyline(layer.points, layer.style);
      if (layer.tip) {
        const text = document.createElement("span");
        text.textContent = layer.tip;
        line.bindTooltip(text, { sticky: true });
      }
      this.below.addLayer(line);
    }
    this.credit?.remove();
    this.credit = L.control({ position: "bottomright" });
    this.credit.onAdd = () => {
      const box = document.createElement("span");
      box.textContent = this.data.credit;
      box.className = this.data.credit ? "wd-board-credit" : "";
      return box;
    };
    this.credit.addTo(this.map);
  }

  makeBar() {
    this.bar.replaceChildren();
    this.buttons = {};
    const all = make(this.bar, "button", this.words.all);
    all.type = "button";
    all.onclick = () => this.choose({});
    this.buttons[""] = all;
    for (const truck of this.data.trucks) {
      const element = make(this.bar, "button");
      element.type = "button";
      const letter = make(element, "b", truck.letter);
      letter.style.background = truck.colour;
      make(element, "span", truck.name);
      element.onclick = () => this.choose(
        this.chosen.truck === truck.id ? {} : { truck: truck.id });
      this.buttons[truck.id] = element;
    }
  }

  makeHours() {
    const { start_s: start, end_s: end } = this.data;
    this.hours.replaceChildren();
    const label = make(this.hours, "label");
    const day = make(label, "input");
    day.type = "checkbox";
    day.checked = true;
    make(label, "span", this.words.all_day);
    const slider = make(this.hours, "input");
    slider.type = "range";
    slider.min = Math.floor(start / 1800) * 1800;
    slider.max = Math.max(Number(slider.min), Math.ceil(end / 1800) * 1800 - 3600);
    slider.step = 1800;
    slider.value = slider.min;
    slider.setAttribute("aria-label", this.words.hours);
    const shown = make(this.hours, "output");
    const set = () => {
      this.hour = day.checked ? null : Number(slider.value);
      shown.textContent = this.hour === null ? ""
        : `${clock(this.hour)}–${clock(this.hour + 3600)}`;
      this.refresh();
    };
    day.onchange = set;
    slider.oninput = () => { day.checked = false; set(); };
  }

  isNow(from, to) {
    return this.hour === null || (from < this.hour + 3600 && to > this.hour);
  }

  isShown(truck, trip) {
    const { truck: chosen, trip: only, place } = this.chosen;
    if (place !== null) {
      return this.data.trucks.some((each) => each.id === truck
        && each.stops.some((stop) => stop.place === place && stop.trip === trip));
    }
    return chosen === null || (chosen === truck && (only === null || only === trip));
  }

  drawRoutes() {
    if (!this.data) return;
    this.routes.clearLayers();
    const shown = this.data.trucks.filter((truck) => truck.legs.some(
      (leg) => this.isShown(truck.id, leg.trip) && this.isNow(leg.from, leg.to)));
    const isMany = shown.length > 12;
    shown.forEach((truck, idx) => {
      const shift = isMany ? 0 : (idx - (shown.length - 1) / 2) * 3.5;
      for (const leg of truck.legs) {
        if (!this.isShown(truck.id, leg.trip) || !this.isNow(leg.from, leg.to)) continue;
        const line = L.polyline(besides(this.map, leg.line, shift),
          { color: truck.colour, weight: isMany ? 1.5 : 3, opacity: isMany ? 0.5 : 0.9 });
        line.on("click", () => this.choose({ truck: truck.id, trip: leg.trip }));
        this.routes.addLayer(line);
      }
    });
  }

  icon(text, colour, size, kind, isPicked) {
    const box = document.createElement("div");
    box.className = `wd-board-icon ${kind} ${isPicked ? "wd-picked" : ""}`;
    box.textContent = text;
    box.style.width = `${size[0]}px`;
    box.style.height = `${size[1]}px`;
    if (colour) box.style.background = colour;
    return L.divIcon({ className: "", html: box, iconSize: size });
  }

  drawMarks() {
    this.marks.clearLayers();
    const isMany = this.data.places.length > 250;
    const { truck: chosen, place: only } = this.chosen;
    const visited = new Set();
    for (const truck of this.data.trucks) {
      for (const stop of truck.stops) {
        if (this.isShown(truck.id, stop.trip)) visited.add(stop.place);
      }
    }
    this.data.places.forEach((place, idx) => {
      const isOff = (chosen !== null || only !== null) && !visited.has(idx);
      if (place.kind === "village" && (isOff || isMany) && only !== idx) {
        const dot = L.circleMarker(place.at, { radius: isOff ? 3 : 5, weight: 1,
          color: "#fff", fillColor: this.data.levels[place.level].colour,
          fillOpacity: isOff ? 0.35 : 0.95 });
        dot.on("click", () => this.choose({ place: idx }));
        this.marks.addLayer(dot);
        return;
      }
      const level = this.data.levels[place.level];
      const text = place.kind === "source" ? "💧" : place.kind === "depot" ? "⌂"
        : level.sign;
      const mark = L.marker(place.at, { icon: this.icon(text, level?.colour, [24, 24],
        `wd-${place.kind}`, only === idx), title: place.name, keyboard: false });
      mark.on("click", () => this.choose({ place: idx }));
      this.marks.addLayer(mark);
    });
    if (chosen !== null) this.drawOrder(chosen);
  }

  // Numbers of the stops of the one truck that is shown.
  drawOrder(id) {
    const truck = this.data.trucks.find((each) => each.id === id);
    const at = new Map();
    let order = 0;
    truck.stops.forEach((stop, idx) => {
      if (stop.kind !== "fill" && stop.kind !== "deliver") return;
      order += 1;
      const isIn = this.isShown(id, stop.trip) && this.isNow(stop.start, stop.end);
      if (!isIn || stop.place < 0) return;
      const key = stop.place;
      at.set(key, [...(at.get(key) ?? []), [order, idx]]);
    });
    for (const [place, stops] of at) {
      const numbers = stops.map(([number]) => number);
      const text = numbers.slice(0, 3).join(",") + (numbers.length > 3 ? "…" : "");
      const width = Math.max(22, 8 + text.length * 7);
      const isPicked = stops.some(([, idx]) => idx === this.chosen.stop);
      const where = this.data.places[place];
      const mark = L.marker(where.stop ?? where.at, { zIndexOffset: 1000, keyboard: false,
        icon: this.icon(text, truck.colour, [width, 20], "wd-order", isPicked) });
      mark.options.icon.options.iconAnchor = [width / 2, 30];
      const [, idx] = stops[0];
      mark.on("click", () => this.choose(
        { truck: id, trip: truck.stops[idx].trip, stop: idx }));
      this.marks.addLayer(mark);
    }
  }

  // Names that do not cover each other, those of what is chosen first.
  drawNames() {
    if (!this.data) return;
    this.names.clearLayers();
    const taken = [];
    const bounds = this.map.getBounds().pad(0.1);
    const shown = new Set();
    for (const truck of this.data.trucks) {
      for (const stop of truck.stops) {
        if (this.isShown(truck.id, stop.trip)) shown.add(stop.place);
      }
    }
    const isAll = this.chosen.truck === null && this.chosen.place === null;
    const rank = (place, idx) => (idx === this.chosen.place ? 0 : shown.has(idx) ? 1 : 2)
      + (place.kind === "village" ? 0.5 : 0);
    const order = this.data.places.map((place, idx) => [rank(place, idx), idx])
      .filter(([level]) => isAll || level < 2).sort((a, b) => a[0] - b[0]);
    for (const [, idx] of order) {
      const place = this.data.places[idx];
      if (!bounds.contains(place.at)) continue;
      const at = this.map.latLngToContainerPoint(place.at);
      const width = 13 * place.name.length + 4;
      const box = [at.x + 14, at.y - 9, at.x + 14 + width, at.y + 9];
      const isFree = taken.every((other) => box[2] < other[0] || other[2] < box[0]
        || box[3] < other[1] || other[3] < box[1]);
      if (!isFree) continue;
      taken.push(box);
      const text = document.createElement("span");
      text.textContent = place.name;
      // No tooltip: each asks for its size, and the page is laid out for every name.
      this.names.addLayer(L.marker(place.at, { interactive: false, keyboard: false,
        icon: L.divIcon({ className: "wd-board-name", html: text, iconSize: null,
          iconAnchor: [-14, 9] }) }));
    }
  }

  // Drawn once for a plan: what is chosen changes shades alone. A thousand bars drawn
  // anew take a second, and who steps through them by keys would lose his place.
  makeChart() {
    this.chart.replaceChildren();
    this.rows = [];
    this.bars = [];
    const { trucks, start_s: first, end_s: last, now_s: now } = this.data;
    const left = 150, row = 34, top = 26, width = 1180;
    const start = Math.floor(first / 3600) * 3600;
    const end = Math.ceil((last + 900) / 3600) * 3600;
    const x = (seconds) => left + ((seconds - start) / (end - start)) * (width - left - 8);
    const height = top + trucks.length * row + 6;
    const svg = draw(this.chart, "svg", { viewBox: `0 0 ${width} ${height}`,
      role: "group", "aria-label": this.words.help });
    for (let hour = start; hour <= end; hour += 3600) {
      draw(svg, "line", { x1: x(hour), x2: x(hour), y1: top - 4, y2: height,
        stroke: "#E3E0D8" });
      if (hour < end) {
        draw(svg, "text", { x: x(hour) + 3, y: 15, fill: "#555" }, clock(hour));
      }
    }
    this.hourBand = draw(svg, "rect", { y: top - 4, height: height - top,
      width: x(start + 3600) - x(start), fill: "#FFE9A8", opacity: 0.6 });
    this.xOf = x;
    trucks.forEach((truck, number) => {
      const y = top + number * row;
      const line = draw(svg, "g", {});
      this.rows.push([truck.id, line]);
      const label = draw(line, "g", { role: "button", tabindex: 0,
        "aria-label": `${truck.letter} ${truck.name}` });
      draw(label, "rect", { x: 2, y: y + 4, width: 26, height: row - 12, rx: 4,
        fill: truck.colour });
      draw(label, "text", { x: 15, y: y + row / 2 + 3, fill: "#fff",
        "text-anchor": "middle", "font-weight": 700 }, truck.letter);
      draw(label, "text", { x: 34, y: y + row / 2 + 3, fill: "#222" },
        truck.name.slice(0, 14));
      onPress(label, () => this.choose(
        this.chosen.truck === truck.id ? {} : { truck: truck.id }));
      for (const leg of truck.legs) {
        draw(line, "line", { x1: x(leg.from), x2: x(leg.to), y1: y + row / 2,
          y2: y + row / 2, stroke: truck.colour, "stroke-width": 2,
          "stroke-dasharray": "3 3" });
      }
      truck.stops.forEach((stop, idx) => this.drawBar(line, truck, stop, idx, x, y, row));
    });
    if (now !== null && now > start && now < end) {
      draw(svg, "line", { x1: x(now), x2: x(now), y1: top - 4, y2: height,
        stroke: "#B3261E", "stroke-width": 2 });
      draw(svg, "text", { x: x(now) + 3, y: top + 6, fill: "#B3261E" }, this.words.now);
    }
  }

  drawChart() {
    const { truck: chosen, stop: picked, place: only } = this.chosen;
    shade(this.hourBand, "visibility", this.hour === null ? "hidden" : "visible");
    if (this.hour !== null) shade(this.hourBand, "x", this.xOf(this.hour));
    for (const [id, line] of this.rows) {
      shade(line, "opacity", chosen !== null && chosen !== id ? 0.28 : 1);
    }
    for (const { bar, box, truck, stop, idx } of this.bars) {
      const isPlace = only !== null && only === stop.place;
      const isOff = only !== null && !isPlace;
      const isMarked = isPlace || (chosen === truck.id && picked === idx);
      shade(bar, "opacity",
        isOff ? 0.25 : this.isNow(stop.start, stop.end) ? 1 : 0.35);
      shade(box, "stroke", isMarked ? "#000" : truck.colour);
      shade(box, "stroke-width", isMarked ? 3 : 1.5);
    }
  }

  drawBar(line, truck, stop, idx, x, y, row) {
    const place = this.data.places[stop.place];
    if (stop.start > stop.arrive) {
      draw(line, "rect", { x: x(stop.arrive), width: Math.max(0.5, x(stop.start)
        - x(stop.arrive)), y: y + row / 2 - 3, height: 6, fill: "#BBB" });
    }
    if (stop.kind === "depart" || stop.kind === "return" || stop.end <= stop.start) return;
    const isFill = stop.kind === "fill";
    const isBreak = stop.kind === "break";
    const text = `${clock(stop.start)} ${this.words[stop.kind]} ${place?.name ?? ""} `
      + (stop.litres ? `${litres(stop.litres)} ${this.words.litres}` : "");
    const bar = draw(line, "g", { role: "button", tabindex: 0, "aria-label": text });
    const wide = Math.max(3, x(stop.end) - x(stop.start));
    const box = draw(bar, "rect", { x: x(stop.start), width: wide, y: y + 4,
      height: row - 10, rx: 3,
      fill: isBreak ? "#8A6D3B" : isFill ? "#fff" : truck.colour,
      "fill-opacity": stop.done ? 0.45 : 1 });
    this.bars.push({ bar, box, truck, stop, idx });
    const room = Math.floor(wide / 12);
    const name = isFill ? this.words.fill[0] : isBreak ? this.words.break[0]
      : place?.name ?? "";
    if (room >= 1) {
      draw(bar, "text", { x: x(stop.start) + wide / 2, y: y + row / 2 + 3,
        "text-anchor": "middle", fill: isFill ? truck.colour : "#fff" },
      name.slice(0, room));
    }
    draw(bar, "title", {}, text);
    onPress(bar, () => this.choose({ truck: truck.id, trip: stop.trip, stop: idx }));
  }

  drawSide() {
    this.side.replaceChildren();
    const { truck: id, trip, stop: picked, place } = this.chosen;
    if (id === null && place === null) {
      make(this.side, "p", this.words.help);
      for (const [name, level] of Object.entries(this.data.levels)) {
        const count = this.data.places.filter((each) => each.level === name).length;
        if (!count) continue;
        const line = make(this.side, "div");
        const sign = make(line, "b", ` ${level.sign} `);
        sign.style.background = level.colour;
        sign.style.color = "#fff";
        make(line, "span", ` ${level.text} ${count}`);
      }
      return;
    }
    const rows = [];
    for (const truck of this.data.trucks) {
      if (place === null && truck.id !== id) continue;
      truck.stops.forEach((stop, idx) => {
        if (stop.kind !== "fill" && stop.kind !== "deliver") return;
        if (place !== null ? stop.place !== place : trip !== null && stop.trip !== trip) {
          return;
        }
        rows.push([stop.start, truck, stop, idx]);
      });
    }
    rows.sort((a, b) => a[0] - b[0]);
    this.sideHead(id, trip, place);
    const list = make(this.side, "ol");
    for (const [, truck, stop, idx] of rows) {
      const item = make(list, "li");
      item.tabIndex = 0;
      item.setAttribute("aria-current", String(idx === picked && truck.id === id));
      if (stop.done) item.className = "wd-done";
      make(item, "time", clock(stop.start));
      const text = place !== null ? `${truck.letter} · ${truck.name}`
        : `${this.words[stop.kind]} ${this.data.places[stop.place]?.name ?? ""}`;
      make(item, "span", text);
      make(item, "span", litres(stop.litres), "wd-l");
      onPress(item, () => this.choose({ truck: truck.id, trip: stop.trip, stop: idx }));
    }
    this.sideEnd(id, picked);
  }

  sideHead(id, trip, place) {
    if (place !== null) {
      const where = this.data.places[place];
      make(this.side, "h4", where.name);
      if (where.kind === "village") {
        const level = this.data.levels[where.level];
        make(this.side, "div", `${level.sign} ${level.text} · `
          + `${litres(where.served)} / ${litres(where.need)} ${this.words.litres}`);
      }
      return;
    }
    const truck = this.data.trucks.find((each) => each.id === id);
    const number = trip === null ? "" : ` · ${this.words.trip} ${trip + 1}`;
    make(this.side, "h4", `${truck.letter} · ${truck.name}${number}`);
  }

  sideEnd(id, picked) {
    const truck = this.data.trucks.find((each) => each.id === id);
    const stop = truck?.stops[picked];
    if (this.mayAdjust && stop?.kind === "deliver" && !stop.done) {
      const button = make(this.side, "button", this.words.adjust);
      button.type = "button";
      button.onclick = () => this.component.setTriggerValue("adjust",
        { truck: id, stop: picked });
    }
    const close = make(this.side, "button", this.words.close);
    close.type = "button";
    close.onclick = () => this.choose({});
  }
}

export default function (component) {
  const parent = component.parentElement;
  const state = (parent.wdBoard ??= {});
  state.component = component;
  script(component.data.leaflet).then(
    () => {
      state.board ??= new Board(parent, component);
      state.board.update(state.component);
    },
    () => { parent.querySelector(".wd-board-side").textContent =
      JSON.parse(component.data.board).words.broken; },
  );
}
