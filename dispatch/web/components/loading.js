// Leaflet, loaded once for all maps of the page.
const loading = {};

function script(url) {
  loading[url] ??= new Promise((done, failed) => {
    const element = document.createElement("script");
    element.src = url;
    element.onload = done;
    element.onerror = () => {
      delete loading[url];
      failed(new Error(url));
    };
    document.head.appendChild(element);
  });
  return loading[url];
}
