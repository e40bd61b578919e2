// Shows what the page has asked for, as the browser itself counts it.
const list = document.getElementById('requests');
const isTag = /\/(analytics|advertising|film)/;

new PerformanceObserver((entries) => {
  for (const { name } of entries.getEntries()) {
    const { pathname } = new URL(name);
    if (/\/demo\/(demo\.css|icon\.svg|shop\/shop\.)/.test(pathname)) continue;
    const line = document.createElement('li');
    line.className = isTag.test(pathname) ? 'tag' : '';
    line.textContent = pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '…');
    list.append(line);
  }
}).observe({ type: 'resource', buffered: true });
