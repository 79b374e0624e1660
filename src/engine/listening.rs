//! Where answers come in: the loopback listener and the watched clipboard, for as long as an errand
//! is open.

use std::time::Duration;

use super::answers::Unclaimed;
use super::event::Event;
use super::work::Listening;
use super::{Engine, lock};
use crate::desktop::listener::{Arrival, Listener};
use crate::domain::{RedirectUri, Secret, Trouble};

/// How long a listener stays after its last answer.
const GRACE: Duration = Duration::from_secs(3);

/// What is said of a text that came by the clipboard, though nobody asked to take it.
const WORTH_SAYING: [&str; 4] = ["answer.wrong_place", "answer.session_state", "answer.malformed", "answer.ambiguous"];

impl Engine {
    /// Listens where `redirect_uri` points, if that is this machine, and gives it with the port.
    pub(super) async fn listen(&self, redirect_uri: &RedirectUri) -> Result<(Listening, RedirectUri), Trouble> {
        if !redirect_uri.is_loopback() {
            return Ok((Listening::Nowhere, redirect_uri.clone()));
        }
        match (self.listen_on(redirect_uri.port()).await, redirect_uri.port()) {
            (Ok(port), _) => Ok((Listening::Here(port), redirect_uri.on_port(port))),
            // The provider knows no other port, so the sign-in goes on with an answer that is copied.
            (Err(trouble), Some(port)) => {
                tracing::warn!(%trouble, "nobody here listens for the browser");
                Ok((Listening::Elsewhere(port), redirect_uri.clone()))
            }
            (Err(trouble), None) => Err(trouble),
        }
    }

    /// One listener serves all errands on its port.
    async fn listen_on(&self, port: Option<u16>) -> Result<u16, Trouble> {
        let known = {
            let listeners = lock(&self.0.errands.listeners);
            match port {
                Some(port) => listeners.contains_key(&port).then_some(port),
                None => listeners.keys().next().copied(),
            }
        };
        if let Some(port) = known {
            return Ok(port);
        }
        let (listener, mut arrivals) = Listener::start(port).await?;
        let port = listener.port();
        let engine = self.clone();
        let task = tokio::spawn(async move {
            let _listener = listener;
            while let Some(arrival) = arrivals.recv().await {
                engine.0.to_finish.spawn(engine.clone().answer_browser(arrival));
            }
        });
        lock(&self.0.errands.listeners).insert(port, task);
        Ok(port)
    }

    pub(super) fn watch_clipboard(&self) {
        let mut watch = lock(&self.0.errands.clipboard_watch);
        if watch.is_some() {
            return;
        }
        let engine = self.clone();
        *watch = Some(tokio::spawn(async move {
            let usable = engine.0.parts.clipboard.read().await.map(|_| ());
            engine.publish(Event::ClipboardWatch(usable));
            let mut texts = engine.0.parts.clipboard.watch();
            while let Some(text) = texts.recv().await {
                engine.0.to_finish.spawn(engine.clone().answer_clipboard(text));
            }
        }));
    }

    /// Listener and clipboard watch last only while an errand is open.
    pub(super) fn stop_what_nobody_needs(&self) {
        let engine = self.clone();
        tokio::spawn(async move {
            // The browser may ask twice, and the last page is still on its way.
            tokio::time::sleep(GRACE).await;
            // One that is beginning may have found a listener and not yet said that it needs it.
            let _turn = engine.0.errands.beginning.lock().await;
            engine.stop_unneeded_listeners();
        });
        if lock(&self.0.errands.open).is_empty()
            && let Some(watch) = lock(&self.0.errands.clipboard_watch).take()
        {
            watch.abort();
        }
    }

    pub(super) fn stop_unneeded_listeners(&self) {
        let needed: Vec<Listening> = lock(&self.0.errands.open).values().map(|errand| errand.listening).collect();
        lock(&self.0.errands.listeners).retain(|port, task| {
            let keep = needed.contains(&Listening::Here(*port));
            if !keep {
                task.abort();
            }
            keep
        });
    }

    /// The page goes out as soon as the answer is claimed; the exchange follows (`facts` I5).
    pub(super) async fn answer_browser(self, arrival: Arrival) {
        let page = match self.claim_from_browser(&arrival.parameters).await {
            Ok(claimed) => {
                let page = claimed.page();
                let engine = self.clone();
                self.0.to_finish.spawn(async move { engine.finish(claimed).await });
                page
            }
            Err(unclaimed) => unclaimed.page(),
        };
        // The browser may have gone away: the answer counts all the same.
        let _ = arrival.reply.send(page);
    }

    /// The text came from the clipboard: what is no answer to an open errand is none of our business.
    pub(super) async fn answer_clipboard(self, text: Secret) {
        match self.claim(&text).await {
            Ok(claimed) => {
                // Told by the ticket; the errors are recorded where they belong.
                let _ = self.finish(claimed).await;
            }
            Err(Unclaimed::No(trouble)) if WORTH_SAYING.contains(&trouble.code()) => {
                self.publish(Event::Trouble(trouble));
            }
            Err(_) => {}
        }
    }
}
