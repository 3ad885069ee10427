//! placeholder until the room lands
pub async fn run(_: &str, _: &str, _: &str, _: u64, _: bool) -> Result<(), crate::deliver::DeliverError> {
    Ok(())
}
