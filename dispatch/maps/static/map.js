// What our maps draw themselves: a basemap, many places, routes made when looked at.
// All text comes as HTML made safe on the server; it becomes plain text only where it
// is painted on a canvas, never as an element. The file passes through a template
// engine twice: no two opening braces in a row, none before a percent or hash sign.
window.wdMap = (function () {
  "use strict";
  var FONT = 'system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

  function plain(text) {
    return text.replace(/&#(\d+);/g, function (whole, code) {
      return String.fromCodePoint(Number(code));
    });
  }

  // Whole hundred-thousandths of a degree, each the step from the one before.
  function points(steps) {
    var found = [], lat = 0, lon = 0;
    for (var i = 0; i < steps.length; i += 2) {
      lat += steps[i];
      lon += steps[i + 1];
      found.push([lat / 1e5, lon / 1e5]);
    }
    return found;
  }

  // A pane of its own has a canvas of its own, which is painted by itself and lets
  // clicks through to what lies below.
  function pane(map, name, height) {
    if (!map.getPane(name)) {
      var made = map.createPane(name);
      made.style.zIndex = height;
      made.style.pointerEvents = "none";
    }
    return name;
  }

  // --- lines and areas of the basemap -------------------------------------------
  // parts: [{lines, style, from (zoom), area, width (at zoom 14)}]
  var Shapes = L.LayerGroup.extend({
    initialize: function (parts, height) {
      L.LayerGroup.prototype.initialize.call(this, []);
      this._parts = parts;
      this._height = height;
    },
    onAdd: function (map) {
      var name = pane(map, "wd-base-" + this._height, this._height);
      if (!this._made) {
        this._made = [];
        this._parts.forEach(function (part) {
          var style = L.extend({pane: name, interactive: false}, part.style);
          if (part.area) {
            part.lines.forEach(function (outlines) {
              this._made.push([L.polygon(outlines.map(points), style), part]);
            }, this);
          } else {
            var line = L.polyline(part.lines.map(points), style);
            this._made.push([line, part]);
          }
        }, this);
        this._parts = null;
      }
      this._map = map;
      map.on("zoomend", this._fit, this);
      this._fit();
    },
    onRemove: function (map) {
      map.off("zoomend", this._fit, this);
      L.LayerGroup.prototype.onRemove.call(this, map);
      this._made.forEach(function (made) { this.removeLayer(made[0]); }, this);
    },
    // Wide roads when near, and small ones only where there is room for them.
    _fit: function () {
      var zoom = this._map.getZoom();
      var scale = Math.max(0.4, Math.min(1.8, Math.pow(1.35, zoom - 14)));
      this._made.forEach(function (made) {
        var part = made[1], isSeen = zoom >= (part.from || 0);
        if (part.width) { made[0].options.weight = part.width * scale; }
        if (isSeen && !this.hasLayer(made[0])) {
          this.addLayer(made[0]);
        } else if (!isSeen && this.hasLayer(made[0])) {
          this.removeLayer(made[0]);
        } else if (isSeen) {
          made[0].redraw();
        }
      }, this);
    }
  });

  // --- names painted on one canvas ----------------------------------------------
  // names: [[lat, lon, text, look]], the important first; looks: {look: {...}};
  // avoid: [[lat, lon, letters]] of the labels of places, which come first
  var Names = L.Layer.extend({
    initialize: function (names, looks, height, avoid) {
      this._avoid = avoid || [];
      this._names = names.map(function (name) {
        return [L.latLng(name[0], name[1]), plain(name[2]), looks[name[3]]];
      });
      this._height = height;
    },
    onAdd: function (map) {
      var name = pane(map, "wd-names-" + this._height, this._height);
      this._canvas = L.DomUtil.create("canvas", "wd-names", map.getPane(name));
      map.on("moveend resize", this._paint, this);
      map.on("zoomstart", this._hide, this);
      this._paint();
    },
    onRemove: function (map) {
      map.off("moveend resize", this._paint, this);
      map.off("zoomstart", this._hide, this);
      L.DomUtil.remove(this._canvas);
    },
    _hide: function () { this._canvas.style.display = "none"; },
    _paint: function () {
      var map = this._map, size = map.getSize(), zoom = map.getZoom();
      var ratio = window.devicePixelRatio || 1, canvas = this._canvas;
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      canvas.style.display = "";
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      var paint = canvas.getContext("2d"), taken = [], view = map.getBounds();
      paint.scale(ratio, ratio);
      paint.textBaseline = "middle";
      paint.lineJoin = "round";
      paint.lineWidth = 3;
      paint.strokeStyle = "rgba(255,255,255,.9)";
      this._avoid.forEach(function (place) {
        var at = map.latLngToContainerPoint(place);
        taken.push([at.x - 16, at.y - 14, at.x + 18 + 12 * place[2], at.y + 14]);
      });
      var most = taken.length + 250, first = taken.length;
      for (var i = 0; i < this._names.length && taken.length < most; i += 1) {
        var name = this._names[i], look = name[2];
        if (zoom < look.from || !view.contains(name[0])) { continue; }
        paint.font = (look.style || "") + " " + look.size + "px " + FONT;
        var at = map.latLngToContainerPoint(name[0]);
        var width = paint.measureText(name[1]).width;
        var left = look.shift ? at.x + look.shift : at.x - width / 2;
        var box = [left - 4, at.y - look.size * 0.7, left + width + 4,
          at.y + look.size * 0.7];
        if (!isFree(box, taken)) { continue; }
        taken.push(box);
        paint.fillStyle = look.color;
        paint.strokeText(name[1], left, at.y);
        paint.fillText(name[1], left, at.y);
      }
      canvas.setAttribute("data-names", taken.length - first);
    }
  });

  function isFree(box, others) {
    return others.every(function (other) {
      return box[0] > other[2] || box[2] < other[0] ||
        box[1] > other[3] || box[3] < other[1];
    });
  }

  // --- many places as signs on a canvas -----------------------------------------
  var sprites = {};
  var SPRITE = 48;

  // A sign as in the legend: colour, shape (points of 24 x 24) and letter.
  function sprite(sign) {
    var key = sign.colour + sign.points + sign.sign;
    if (sprites[key]) { return sprites[key]; }
    var canvas = document.createElement("canvas");
    canvas.width = canvas.height = SPRITE;
    var paint = canvas.getContext("2d");
    paint.scale(SPRITE / 26, SPRITE / 26);
    paint.translate(1, 1);
    paint.beginPath();
    if (sign.points) {
      sign.points.split(" ").forEach(function (corner, i) {
        var xy = corner.split(",");
        if (i) { paint.lineTo(xy[0], xy[1]); } else { paint.moveTo(xy[0], xy[1]); }
      });
      paint.closePath();
    } else {
      paint.arc(12, 12, 11, 0, 2 * Math.PI);
    }
    paint.fillStyle = sign.colour;
    paint.fill();
    paint.lineWidth = 1.5;
    paint.strokeStyle = "#fff";
    paint.stroke();
    paint.fillStyle = "#fff";
    paint.font = "bold 14px " + FONT;
    paint.textAlign = "center";
    paint.textBaseline = "middle";
    paint.fillText(sign.sign, 12, sign.low ? 15 : 12.5);
    sprites[key] = canvas;
    return canvas;
  }

  var Mark = L.CircleMarker.extend({
    _updatePath: function () {
      var renderer = this._renderer;
      if (!renderer._drawing || this._empty()) { return; }
      var size = this._radius * 2, at = this._point;
      renderer._ctx.globalAlpha = 1;
      renderer._ctx.drawImage(this.options.picture, at.x - this._radius,
        at.y - this._radius, size, size);
    }
  });

  function radiusAt(zoom) { return zoom < 9 ? 4 : zoom < 11 ? 6 : zoom < 13 ? 8 : 11; }

  // places: [[lat, lon, name, popup]], all with the same sign
  var Marks = L.FeatureGroup.extend({
    initialize: function (places, sign) {
      L.FeatureGroup.prototype.initialize.call(this, []);
      var picture = sprite(sign);
      this._extra = sign.extra || 0;
      places.forEach(function (place) {
        var mark = new Mark([place[0], place[1]], {picture: picture, radius: 8});
        mark.wdPlace = place;
        this.addLayer(mark);
      }, this);
      this.bindPopup(function (mark) { return mark.wdPlace[3]; }, {maxWidth: 260});
      this.bindTooltip(function (mark) { return mark.wdPlace[2]; });
    },
    onAdd: function (map) {
      this._fitTo(map);
      L.FeatureGroup.prototype.onAdd.call(this, map);
      map.on("zoomend", this._fit, this);
    },
    onRemove: function (map) {
      map.off("zoomend", this._fit, this);
      L.FeatureGroup.prototype.onRemove.call(this, map);
    },
    _fit: function () { this._fitTo(this._map); },
    _fitTo: function (map) {
      var zoom = map.getZoom(), radius = radiusAt(zoom) + this._extra;
      // Sources and depots shrink as well: they would hide the places around them.
      map.getContainer().classList.toggle("wd-far", zoom < 11);
      this.eachLayer(function (mark) {
        if (mark.getRadius() !== radius) { mark.setRadius(radius); }
      });
    }
  });

  // --- features that are made when their layer is first shown --------------------
  // packed: {styles, rows: [[kind, steps, style, tip, icon]]}; kind 0 point, 1 lines
  var Packed = L.FeatureGroup.extend({
    initialize: function (packed) {
      L.FeatureGroup.prototype.initialize.call(this, []);
      this._packed = packed;
    },
    onAdd: function (map) {
      if (this._packed) {
        var packed = this._packed;
        this._packed = null;
        packed.rows.forEach(function (row) {
          this.addLayer(unpack(row, packed.styles));
        }, this);
      }
      L.FeatureGroup.prototype.onAdd.call(this, map);
    }
  });

  function unpack(row, styles) {
    var made, lines = row[1].map(points);
    if (row[0] === 0) {
      var icon = L.divIcon({className: "wd-icon", html: row[4], iconSize: [0, 0]});
      made = L.marker(lines[0][0], {icon: icon, keyboard: false});
      made.feature = {properties: {icon: row[4], tip: row[3]}};
    } else {
      made = L.polyline(lines, styles[row[2]]);
    }
    if (row[3]) { made.bindTooltip(row[3], {sticky: row[0] === 1}); }
    return made;
  }

  // --- vector tiles of a local file, which come as JSON of our own ----------------
  // looks: [{kind, fill | color, width, dash}] from below to above; names come last
  var Vector = L.GridLayer.extend({
    initialize: function (url, options, looks) {
      L.GridLayer.prototype.initialize.call(this, L.extend({maxZoom: 20}, options));
      this._url = url;
      this._looks = looks;
    },
    createTile: function (coords, done) {
      var canvas = L.DomUtil.create("canvas", "leaflet-tile wd-vector");
      var size = this.getTileSize(), looks = this._looks;
      canvas.width = size.x;
      canvas.height = size.y;
      fetch(L.Util.template(this._url, coords)).then(function (answer) {
        return answer.json();
      }).then(function (tile) {
        paintTile(canvas, tile, looks);
        done(null, canvas);
      }).catch(function (error) { done(error, canvas); });
      return canvas;
    }
  });

  function paintTile(canvas, tile, looks) {
    var paint = canvas.getContext("2d"), scale = canvas.width / tile.extent;
    function trace(line, isRing) {
      for (var i = 0; i < line.length; i += 2) {
        var x = line[i] * scale, y = line[i + 1] * scale;
        if (i) { paint.lineTo(x, y); } else { paint.moveTo(x, y); }
      }
      if (isRing) { paint.closePath(); }
    }
    paint.lineJoin = paint.lineCap = "round";
    looks.forEach(function (look) {
      var lines = tile[look.kind] || [];
      if (look.fill) {
        paint.fillStyle = look.fill;
        lines.forEach(function (rings) {
          paint.beginPath();
          rings.forEach(function (ring) { trace(ring, true); });
          paint.fill("evenodd");
        });
        return;
      }
      paint.beginPath();
      lines.forEach(function (line) { trace(line, false); });
      paint.strokeStyle = look.color;
      paint.lineWidth = look.width;
      paint.setLineDash(look.dash || []);
      paint.stroke();
    });
    paint.setLineDash([]);
    paint.font = "12px " + FONT;
    paint.textBaseline = "middle";
    paint.lineWidth = 3;
    paint.strokeStyle = "rgba(255,255,255,.9)";
    paint.fillStyle = "#6B6455";
    var taken = [];
    (tile.names || []).forEach(function (name) {
      var width = paint.measureText(name[2]).width;
      var left = name[0] * scale - width / 2, y = name[1] * scale;
      var box = [left - 4, y - 9, left + width + 4, y + 9];
      // What would be cut at the edge of a tile is left out.
      var isInside = box[0] >= 0 && box[2] <= canvas.width && box[1] >= 0 &&
        box[3] <= canvas.height;
      if (!isInside || !isFree(box, taken)) { return; }
      taken.push(box);
      paint.strokeText(name[2], left, y);
      paint.fillText(name[2], left, y);
    });
  }

  // --- GeoJSON features, their text safe already ----------------------------------
  function pointToLayer(feature, latlng) {
    var p = feature.properties;
    var label = p.label ? '<span class="wd-label">' + p.label + '</span>' : '';
    var size = p.popup ? 32 : 0;
    var icon = L.divIcon({className: 'wd-icon', html: p.icon + label,
      iconSize: [size, size] });
    return L.marker(latlng, {icon: icon, riseOnHover: true, keyboard: !!p.popup });
  }

  function onEachFeature(feature, layer) {
    var p = feature.properties;
    if (p.popup) { layer.bindPopup(p.popup, {maxWidth: 260}); }
    if (p.tip) { layer.bindTooltip(p.tip, {sticky: !p.icon}); }
  }

  return {
    pointToLayer: pointToLayer,
    onEachFeature: onEachFeature,
    vector: function (url, options, looks) { return new Vector(url, options, looks); },
    shapes: function (parts, height) { return new Shapes(parts, height); },
    names: function (names, looks, height, avoid) {
      return new Names(names, looks, height, avoid);
    },
    marks: function (places, sign) { return new Marks(places, sign); },
    packed: function (packed) { return new Packed(packed); }
  };
})();
