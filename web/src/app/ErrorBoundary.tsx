import { Component, type ReactNode } from "react";
import { PlainPage } from "../ui/PlainPage.js";

/** The last resort: a view that breaks, or a piece of code that is gone because the server was updated meanwhile. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <PlainPage title="This page has to be loaded again" action="Load again" onAction={() => location.reload()}>
        Parley was updated, or something in this page went wrong. Your chat is kept for a short while, and what you have typed
        stays.
      </PlainPage>
    );
  }
}
