// Stands in for a tag of an advertising network.
fetch('/demo/shop/seen/advertising', { method: 'POST' });
