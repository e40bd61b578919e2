// Stands in for a tag that measures an audience.
fetch('/demo/shop/seen/analytics', { method: 'POST' });
