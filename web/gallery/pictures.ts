/** A landscape, drawn so that no picture has to be kept among the sources. */
export function landscape(hue: number): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const to = canvas.getContext("2d")!;
  const sky = to.createLinearGradient(0, 0, 0, 480);
  sky.addColorStop(0, `oklch(62% 0.1 ${hue})`);
  sky.addColorStop(1, `oklch(88% 0.07 ${hue + 40})`);
  to.fillStyle = sky;
  to.fillRect(0, 0, 640, 480);
  to.fillStyle = `oklch(93% 0.09 ${hue + 60})`;
  to.beginPath();
  to.arc(470, 150, 52, 0, 7);
  to.fill();
  for (let range = 0; range < 3; range += 1) {
    to.fillStyle = `oklch(${52 - range * 12}% 0.06 ${hue - 10})`;
    to.beginPath();
    to.moveTo(0, 480);
    for (let x = 0; x <= 640; x += 8) to.lineTo(x, 290 + range * 62 + 40 * Math.sin(x / (60 + range * 25) + range * 2));
    to.lineTo(640, 480);
    to.fill();
  }
  return canvas;
}

/** Somebody before a wall, for calls. */
function portrait(hue: number): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const to = canvas.getContext("2d")!;
  to.fillStyle = `oklch(78% 0.05 ${hue})`;
  to.fillRect(0, 0, 640, 480);
  to.fillStyle = `oklch(70% 0.06 ${hue + 30})`;
  to.fillRect(40, 40, 150, 220);
  to.fillStyle = `oklch(45% 0.09 ${hue + 150})`;
  to.beginPath();
  to.ellipse(330, 480, 190, 150, 0, 0, 7);
  to.fill();
  to.fillStyle = "oklch(72% 0.07 60)";
  to.beginPath();
  to.ellipse(330, 240, 84, 108, 0, 0, 7);
  to.fill();
  to.fillStyle = "oklch(32% 0.04 50)";
  to.beginPath();
  to.ellipse(330, 165, 98, 66, 0, 3.1, 6.3);
  to.fill();
  return canvas;
}

export function pictureUrl(canvas: HTMLCanvasElement): string {
  return canvas.toDataURL("image/png");
}

/** A camera that shows a still picture, again and again: a canvas stream sends a frame when it is drawn on. */
export function camera(hue: number): MediaStream {
  const canvas = portrait(hue);
  const to = canvas.getContext("2d")!;
  const still = to.getImageData(0, 0, 640, 480);
  setInterval(() => to.putImageData(still, 0, 0), 200);
  return canvas.captureStream();
}
