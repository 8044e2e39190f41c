// A file made in the browser, saved as if it had been downloaded.

/**
 * @param {string} name of the file
 * @param {BlobPart} content
 * @param {string} type MIME type
 */
export const saveFile = (name, content, type) => {
	const address = URL.createObjectURL(new Blob([content], { type }));
	const link = document.createElement('a');
	Object.assign(link, { href: address, download: name });
	link.click();
	// Revoked at once, some browsers would save nothing.
	setTimeout(() => URL.revokeObjectURL(address), 60_000);
};
