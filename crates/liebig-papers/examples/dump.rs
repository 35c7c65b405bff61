//! x
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let c = liebig_papers::Checkout::read(a[1].as_ref()).unwrap();
    let i = liebig_papers::import(&c).unwrap();
    for d in &i.diagnostics { println!("{d}"); }
    println!("{:?} {}", i.counts, i.catalogue.papers().len());
    if let Some(out) = a.get(2) { i.catalogue.save(out.as_ref()).unwrap(); }
}
