/** The sounding lead on its line, with two depth marks. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0f6289" />
      <path d="M16 4v12" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
      <path d="M12.5 8.5h7M13.5 12.5h5" stroke="#8fd0ec" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M16 15.5c2.1 0 3.2 1.3 3.5 3.2l.7 4.6c.2 1.4-.8 2.7-2.3 2.7h-3.8c-1.5 0-2.5-1.3-2.3-2.7l.7-4.6c.3-1.9 1.4-3.2 3.5-3.2z"
        fill="#fff"
      />
    </svg>
  );
}
