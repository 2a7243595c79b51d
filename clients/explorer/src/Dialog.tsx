/** A modal dialog: the browser's own, which keeps the focus inside and closes with Escape. */

import { useEffect, useRef, type ReactNode } from 'react';

interface Props {
  title: string;
  onClose(): void;
  children: ReactNode;
}

export function Dialog({ title, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog
      ref={element}
      className="mp-dialog"
      aria-labelledby="mp-dialog-title"
      onClose={onClose}
      onClick={(event) => event.target === element.current && onClose()}
    >
      <div className="mp-dialog-body">
        <header>
          <h2 id="mp-dialog-title">{title}</h2>
          <button type="button" className="mp-quiet" onClick={onClose} aria-label="Close">
            ✕
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
