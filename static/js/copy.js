// <button data-portal-copy hidden> copies the field with data-portal-copy-source beside it; without scripts the
// button stays hidden and the text is selected by hand.
{
  for (const button of document.querySelectorAll("[data-portal-copy]")) {
    const source = button.parentElement.querySelector("[data-portal-copy-source]");
    const word = button.querySelector("[data-portal-copied]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      source.select();
      try {
        await navigator.clipboard.writeText(source.value);
      } catch {
        document.execCommand("copy"); // pages served without TLS have no clipboard
      }
      word.textContent = word.dataset.portalCopied;
    });
  }
}
