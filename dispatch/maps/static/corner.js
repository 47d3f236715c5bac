// Style, legend, credit and warnings of a map, and the rule that shows names where
// there is room. Texts are HTML made safe on the server. As in map.js: no two opening
// braces in a row, none before a percent or hash sign.
wdMap.corner = function (map, texts) {
  "use strict";
  var style = document.createElement('style');
  style.textContent = texts.style;
  document.head.appendChild(style);
  // First, and so below the legend on a phone: it is always seen.
  var credit = texts.credit;
  if (credit) {
    var said = L.control({position:
      map.getSize().x > 600 ? 'bottomright' : 'bottomleft'});
    said.onAdd = function () {
      var box = L.DomUtil.create('div', 'wd-credit');
      box.innerHTML = credit;
      return box;
    };
    said.addTo(map);
  }
  var corner = L.control({position: 'bottomleft'});
  corner.onAdd = function () {
    var box = L.DomUtil.create('details', 'wd-legend');
    box.open = map.getSize().x > 600;
    box.innerHTML = texts.legend;
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  corner.addTo(map);
  var warning = texts.warning;
  if (warning) {
    var top = L.control({position: 'topleft'});
    top.onAdd = function () {
      var box = L.DomUtil.create('div', 'wd-warning');
      box.setAttribute('role', 'alert');
      box.innerHTML = warning;
      return box;
    };
    top.addTo(map);
  }
  var past = texts.past;
  if (past) {
    var done = L.control({position: 'topleft'});
    done.onAdd = function () {
      var box = L.DomUtil.create('details', 'wd-past');
      box.innerHTML = '<summary>' + texts.pastTitle +
        '</summary>' + past;
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    done.addTo(map);
  }
  L.control.scale({imperial: false}).addTo(map);
  // Inside a page, scrolling moves the page until the map is clicked.
  if (window.self !== window.top) {
    map.scrollWheelZoom.disable();
    map.once('click', function () { map.scrollWheelZoom.enable(); });
    if (window.matchMedia('(pointer: coarse)').matches) {
      map.dragging.disable();
      map.once('click', function () { map.dragging.enable(); });
    }
  }
  // Names first, then numbers of stops: what would cover another waits
  // until one zooms in.
  function showNames() {
    // Signs of maps with many of them side by side are smaller from afar.
    map.getContainer().classList.toggle('wd-wide', map.getZoom() < 11.5);
    var taken = [], names = [], numbers = [], bounds = map.getBounds();
    map.eachLayer(function (layer) {
      var p = layer.feature && layer.feature.properties;
      if (!p || !p.icon || !layer.getElement()) { return; }
      if (p.label) {
        names.push(layer);
      } else if (layer.getElement().querySelector('.wd-order')) {
        numbers.push(layer);
      }
    });
    names.sort(function (a, b) {
      return (a.feature.properties.kind ? 1 : 0) -
        (b.feature.properties.kind ? 1 : 0);
    });
    function isClear(box, others) {
      return others.every(function (other) {
        return box[0] > other[2] || box[2] < other[0] ||
          box[1] > other[3] || box[3] < other[1];
      });
    }
    function place(element, box, isInView) {
      var isFree = isInView && taken.length < 400 && isClear(box, taken);
      element.style.visibility = isFree ? '' : 'hidden';
      if (isFree) { taken.push(box); }
    }
    names.forEach(function (layer) {
      var name = layer.getElement().querySelector('.wd-label');
      var at = map.latLngToContainerPoint(layer.getLatLng());
      var shift = layer.feature.properties.kind ? 16 : 22;
      var right = at.x + shift + 12 * name.textContent.length;
      place(name, [at.x - shift / 2, at.y - 10, right, at.y + 10],
        bounds.contains(layer.getLatLng()));
    });
    var icons = names.map(function (layer) {
      var at = map.latLngToContainerPoint(layer.getLatLng());
      return [at.x - 5, at.y - 5, at.x + 5, at.y + 5];
    });
    var corner = map.getContainer().getBoundingClientRect();
    numbers.forEach(function (layer) {
      var number = layer.getElement().querySelector('.wd-order');
      var box = number.getBoundingClientRect();
      box = [box.left - corner.left, box.top - corner.top,
        box.right - corner.left, box.bottom - corner.top];
      place(number, box,
        bounds.contains(layer.getLatLng()) && isClear(box, icons));
    });
  }
  map.on('moveend layeradd layerremove', showNames);
  map.whenReady(showNames);
};
