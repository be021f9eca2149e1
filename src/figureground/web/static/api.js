// @ts-check
// The examples call this server by the address that the reader has called it by.

for (const place of document.querySelectorAll(".origin")) place.textContent = location.origin;
