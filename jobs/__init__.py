"""When botctl does what: one timetable, read by the scheduler and by system cron alike."""
