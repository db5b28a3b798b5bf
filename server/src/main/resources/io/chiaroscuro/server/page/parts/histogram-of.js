const BINS = 64;

/** Of all values of all three channels of the picture at an address, as the server counts them. */
export async function histogramOf(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const counts = Array(BINS).fill(0);
  data.forEach((value, index) => {
    if (index % 4 !== 3) {
      counts[(value * BINS) >> 8]++;
    }
  });
  return counts;
}
