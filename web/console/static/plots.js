// Days and hours are the viewer's: the browser tells its time zone, and the page comes again once.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const shown = document.querySelector('[data-zone]');

if (zone && shown && !document.cookie.split('; ').includes(`dari_tz=${zone}`)) {
  document.cookie = `dari_tz=${zone}; path=/; max-age=31536000; samesite=lax`;
  if (shown.dataset.zone !== zone && document.cookie.includes(`dari_tz=${zone}`)) location.reload();
}

for (const select of document.querySelectorAll('.filters select')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}
