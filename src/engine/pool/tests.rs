//! Requests to hosts that are slow or ask for pauses, on a clock that only moves when all wait.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn pool(slots: usize) -> Pool {
    Pool::new(slots, fastrand::Rng::with_seed(7))
}

fn host(name: &str) -> Host {
    Host::of_server(&crate::domain::MailServer::parse(&format!("smtp://{name}")).unwrap())
}

/// A server that counts who is there at once, and notes when each came.
#[derive(Default)]
struct Server {
    there: AtomicUsize,
    most: AtomicUsize,
    came: Mutex<Vec<Instant>>,
}

impl Server {
    async fn serve(&self, takes: Duration) {
        let there = self.there.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(there, Ordering::SeqCst);
        lock(&self.came).push(Instant::now());
        sleep(takes).await;
        self.there.fetch_sub(1, Ordering::SeqCst);
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    /// How many came in each whole second since `begin`.
    fn by_second(&self, begin: Instant) -> Vec<usize> {
        let mut counts = Vec::new();
        for came in lock(&self.came).iter() {
            let second = usize::try_from(came.duration_since(begin).as_secs()).unwrap();
            counts.resize(counts.len().max(second + 1), 0);
            counts[second] += 1;
        }
        counts
    }
}

/// A turn, whatever pauses come before it.
async fn turn(pool: &Pool, host: &Host) -> Permit {
    loop {
        pool.open(host, None).await.unwrap();
        if let Ok(permit) = pool.turn(host).await {
            return permit;
        }
    }
}

/// `count` requests at once, each answered after `takes`.
fn requests(pool: &Pool, host: &Host, server: &Arc<Server>, count: usize, takes: Duration) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let (pool, host, server) = (pool.clone(), host.clone(), server.clone());
        tasks.spawn(async move {
            let permit = turn(&pool, &host).await;
            server.serve(takes).await;
            permit.end(None);
        });
    }
    tasks
}

/// One request that the host answers with the wish for a pause.
async fn refused(pool: &Pool, host: &Host, pause: Pause) {
    turn(pool, host).await.end(Some(pause));
}

#[tokio::test(start_paused = true)]
async fn so_many_are_under_way_at_once_and_no_more() {
    let (pool, server, begin) = (pool(8), Arc::<Server>::default(), Instant::now());
    requests(&pool, &host("a"), &server, 80, SECOND).join_all().await;
    assert_eq!((server.most(), begin.elapsed()), (8, 10 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_slow_host_holds_up_no_other() {
    let (pool, slow, quick) = (pool(8), Arc::<Server>::default(), Arc::<Server>::default());
    // Known hosts have a slot kept for them.
    requests(&pool, &host("quick"), &quick, 1, SECOND).join_all().await;
    let _slow = requests(&pool, &host("slow"), &slow, 100, 60 * SECOND);
    sleep(SECOND).await;
    let begin = Instant::now();
    requests(&pool, &host("quick"), &quick, 20, SECOND / 10).join_all().await;
    assert!(begin.elapsed() <= 2 * SECOND, "{:?}", begin.elapsed());
    assert_eq!(slow.most(), 7, "all others are the slow one's, while nobody else wants them");
}

#[tokio::test(start_paused = true)]
async fn hosts_share_alike_what_there_is() {
    let (pool, one, other) = (pool(8), Arc::<Server>::default(), Arc::<Server>::default());
    let first = requests(&pool, &host("one"), &one, 200, SECOND);
    let second = requests(&pool, &host("other"), &other, 40, SECOND);
    let begin = Instant::now();
    second.join_all().await;
    assert!(begin.elapsed() <= 12 * SECOND, "40 by 4 a second: {:?}", begin.elapsed());
    first.join_all().await;
    assert!(begin.elapsed() <= 34 * SECOND, "one slot is kept for the other: {:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn nothing_begins_in_a_pause_and_then_one_and_twice_as_many() {
    let (pool, server, begin) = (pool(8), Arc::<Server>::default(), Instant::now());
    refused(&pool, &host("a"), Pause::Of(60 * SECOND)).await;
    requests(&pool, &host("a"), &server, 40, SECOND).join_all().await;
    let counts = server.by_second(begin);
    let first = counts.iter().position(|count| *count > 0).unwrap();
    assert!((60..=65).contains(&first), "{first} s");
    assert_eq!(&counts[first..first + 6], [1, 2, 4, 8, 8, 8], "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_one_hosts_only() {
    let (pool, server, begin) = (pool(2), Arc::<Server>::default(), Instant::now());
    refused(&pool, &host("a"), Pause::Of(60 * SECOND)).await;
    let _waiting = requests(&pool, &host("a"), &server, 5, SECOND);
    requests(&pool, &host("b"), &server, 4, SECOND).join_all().await;
    assert!(begin.elapsed() <= 4 * SECOND, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_all_is_asked_less_and_less() {
    let (pool, begin) = (pool(16), Instant::now());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let (pool, asked) = (pool.clone(), asked.clone());
        tasks.spawn(async move {
            loop {
                let permit = turn(&pool, &host("a")).await;
                lock(&asked).push(begin.elapsed());
                sleep(SECOND / 10).await;
                permit.end(Some(Pause::Unsaid));
            }
        });
    }
    sleep(600 * SECOND).await;
    let asked = lock(&asked).clone();
    let (first, later) = asked.split_at(16);
    assert!(first.iter().all(|at| at.is_zero()), "those that were under way before anything was known");
    // One after 1 s, 2 s, 4 s … 2 min, each less up to half of it.
    assert!((9..=16).contains(&later.len()), "{later:?}");
    let gaps: Vec<Duration> = later.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap <= 121 * SECOND) && gaps.last() > Some(&(59 * SECOND)), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wave_of_refusals_is_one_setback() {
    let (pool, host, begin) = (pool(16), host("a"), Instant::now());
    let mut permits = Vec::new();
    for _ in 0..16 {
        permits.push(turn(&pool, &host).await);
    }
    permits.into_iter().for_each(|permit| permit.end(Some(Pause::Unsaid)));
    turn(&pool, &host).await.end(None);
    assert!(begin.elapsed() <= SECOND, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_as_long_as_the_longest_that_is_asked_for_but_not_for_ever() {
    let (pool, host, begin) = (pool(4), host("a"), Instant::now());
    let permits = [turn(&pool, &host).await, turn(&pool, &host).await];
    for (permit, seconds) in permits.into_iter().zip([90, 10]) {
        permit.end(Some(Pause::Of(seconds * SECOND)));
    }
    turn(&pool, &host).await.end(Some(Pause::Of(24 * 3600 * SECOND)));
    assert!((90 * SECOND..=95 * SECOND).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    let begin = Instant::now();
    turn(&pool, &host).await.end(None);
    assert!((3600 * SECOND..=3605 * SECOND).contains(&begin.elapsed()), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_line_breaks_up_when_a_pause_begins_and_who_cannot_wait_so_long_is_told_at_once() {
    let (pool, host, begin) = (pool(1), host("a"), Instant::now());
    let permit = turn(&pool, &host).await;
    let in_line = tokio::spawn({
        let (pool, host) = (pool.clone(), host.clone());
        async move { pool.turn(&host).await.map(drop) }
    });
    sleep(SECOND).await;
    permit.end(Some(Pause::Of(60 * SECOND)));
    assert_eq!(in_line.await.unwrap(), Err(Paused));
    assert_eq!(pool.turn(&host).await.map(drop), Err(Paused));
    assert!(pool.open(&host, Some(begin + 30 * SECOND)).await.is_err());
    assert_eq!(begin.elapsed(), SECOND);
    pool.open(&host, Some(begin + 90 * SECOND)).await.unwrap();
    assert!((61 * SECOND..67 * SECOND).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    turn(&pool, &host).await.end(None);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_holds_up_nobody() {
    let (pool, host, begin) = (pool(1), host("a"), Instant::now());
    let permit = turn(&pool, &host).await;
    let mut leaving = requests(&pool, &host, &Arc::default(), 5, 60 * SECOND);
    sleep(SECOND).await;
    leaving.abort_all();
    while leaving.join_next().await.is_some() {}
    drop(permit);
    drop(turn(&pool, &host).await);
    drop(turn(&pool, &host).await);
    assert_eq!(begin.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn pauses_are_told_when_they_begin_and_end() {
    let pool = pool(4);
    let mut pauses = pool.pauses();
    refused(&pool, &host("a"), Pause::Of(60 * SECOND)).await;
    pauses.changed().await.unwrap();
    let told = pauses.borrow_and_update().clone();
    assert_eq!((told.len(), &told[0].0), (1, &host("a")));
    let begin = Instant::now();
    pauses.changed().await.unwrap();
    assert!(pauses.borrow().is_empty() && begin.elapsed() >= 60 * SECOND);
}
