/** The sign of Parley: two who talk, and what they have in common. Stands in index.html as well. */
export function Art({ className }: { className: string | undefined }) {
  return (
    <svg className={className} viewBox="0 0 320 240" aria-hidden>
      <path className="art-you" d="M120 26a90 90 0 1 1-38 171.600c-12 10-30 15-50 13.400 11-7 17-18 18-33A90 90 0 0 1 120 26z" />
      <path className="art-they" d="M200 26a90 90 0 1 0 38 171.600c12 10 30 15 50 13.400-11-7-17-18-18-33A90 90 0 0 0 200 26z" />
      <path className="art-both" d="M160 35.400a90 90 0 0 1 0 161.200 90 90 0 0 1 0-161.200z" />
    </svg>
  );
}
