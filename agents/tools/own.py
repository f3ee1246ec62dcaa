"""What is the caller's own. What is somebody else's is not found, and looks just like what does not exist."""

from agents.crm.port import Appointment, AppointmentState, Case, CustomerRecords, Order
from agents.errors import NotFound
from agents.messages import Identity


async def own_order(crm: CustomerRecords, caller: Identity, number: str) -> Order:
    """Find one of the caller's orders, or raise `NotFound`."""
    order = await crm.order(number)
    if order is None or order.customer_id != caller.customer_id:
        raise NotFound("the caller has no order with this number")
    return order


async def own_appointment(crm: CustomerRecords, caller: Identity, appointment_id: str) -> Appointment:
    """Find one of the caller's booked appointments, or raise `NotFound`."""
    for each in await crm.appointments_of(caller.customer_id):
        if each.id == appointment_id and each.state is AppointmentState.BOOKED:
            return each
    raise NotFound("the caller has no such appointment")


async def own_case(crm: CustomerRecords, caller: Identity, case_id: str) -> Case:
    """Find one of the caller's cases, or raise `NotFound`."""
    for each in await crm.cases_of(caller.customer_id):
        if each.id == case_id:
            return each
    raise NotFound("the caller has no case with this number")
